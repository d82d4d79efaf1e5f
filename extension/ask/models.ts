import { GalleyError } from '../../engine/errors';
import type { ModelVersion } from '../../engine/registry/types';
import type { Services } from '../services';
import type { Target } from '../target';
import { ago, facts } from '../facts';
import { testResults } from '../views/models';
import { askRoot } from './projects';
import { choose } from './prompts';

function testWords(version: ModelVersion): string {
  const tests = testResults(version);
  if (tests.length === 0) return 'not tested';
  return `${tests.filter(({ status }) => status === 'passed').length} of ${tests.length} tests passed`;
}

/** The model version that a command is about; with only a model in the target, one of its versions. */
export async function askVersion(
  services: Services,
  target: Target | undefined,
  title: string,
): Promise<{ root: string; version: ModelVersion }> {
  const root = await askRoot(services, target, title);
  const models = await services.engine.request('models/list', { root });
  const versions = models
    .filter(({ model }) => target?.model === undefined || model.name === target.model)
    .flatMap((entry) => entry.versions);
  const given = versions.find(({ version }) => target?.model !== undefined && version === target.version);
  if (given !== undefined) return { root, version: given };
  if (versions.length === 0) {
    throw new GalleyError('not-found', `There is no version of ${target?.model ?? 'any model'} yet.`, {
      remedy: 'Register the model of a finished run.',
      action: { title: 'Register Model', command: 'galley.registerModel' },
    });
  }
  const version = await choose(
    title,
    'Choose the version',
    versions.map((candidate) => ({
      label: `${candidate.name} v${candidate.version}`,
      description: facts(candidate.aliases.join(', '), testWords(candidate), ago(candidate.createdAt)),
      value: candidate,
    })),
  );
  return { root, version };
}
