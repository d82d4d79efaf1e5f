import { GalleyError } from '../../engine/errors';
import type { RunDetail } from '../../engine/protocol';
import type { TestResult } from '../../engine/registry/types';
import { chooseUnlessOne, tell, withNotification } from '../ask/prompts';
import { askRun } from '../ask/runs';
import { counted } from '../facts';
import type { Services } from '../services';
import type { GalleyCommand } from './command';

/** The stage whose model is registered: asked for when the run has several that make one. */
async function modelStage(
  { engine }: Services,
  root: string,
  { run, state }: RunDetail,
  given: string | undefined,
): Promise<string | undefined> {
  if (given !== undefined || state === undefined) return given;
  const pipeline = (await engine.request('pipelines/list', { root })).find(({ file }) => file === state.spec);
  const stages = pipeline?.stages.filter(
    ({ name, model }) => model !== undefined && state.stages.some((ran) => ran.name === name),
  );
  if (stages === undefined || stages.length < 2) return undefined;
  return chooseUnlessOne(
    'Register model',
    `Choose the model of ${run.name}`,
    stages.map(({ name, model }) => ({ label: model ?? name, description: `stage ${name}`, value: name })),
  );
}

function announce(root: string, model: string, version: string, tests: TestResult[]): void {
  const target = { root, model, version };
  const deploy = { 'Deploy…': { command: 'galley.deployModel', argument: target } };
  const failed = tests.filter(({ status }) => status !== 'passed');
  if (failed.length === 0) {
    const said = tests.length === 0 ? 'It has no tests.' : `${counted(tests.length, 'test')} passed.`;
    tell('information', `Registered ${model} v${version}. ${said}`, deploy);
    return;
  }
  const reasons = failed.map(({ name, message }) => `${name}: ${message}`).join(' ');
  tell('warning', `Registered ${model} v${version}, but it may not be deployed. ${reasons}`, {
    'Show Models': { command: 'galley.models.focus' },
  });
}

export const registerModel: GalleyCommand = {
  id: 'galley.registerModel',
  async run(services, target) {
    const { root, detail } = await askRun(
      services,
      target,
      'Register model',
      'finished run',
      ({ run }) => run.status === 'FINISHED',
    );
    if (detail.run.status !== 'FINISHED') {
      throw new GalleyError('invalid', `Run ${detail.run.name} has not finished.`, {
        remedy: 'Register the model of a finished run.',
      });
    }
    const stage = await modelStage(services, root, detail, target?.stage);
    const { version, tests } = await withNotification(
      `Registering the model of ${detail.run.name} and running its tests`,
      () =>
        services.engine.request('models/register', {
          root,
          runId: detail.run.id,
          ...(stage === undefined ? {} : { stage }),
        }),
    );
    announce(root, version.name, version.version, tests);
    return version;
  },
};
