import { GalleyError } from '../errors';
import { specScope } from '../pipeline/expressions';
import { evaluateTests } from '../registry/gates';
import { versionTags, type ModelVersion, type TestResult } from '../registry/types';
import { serviceHistory } from './history';
import type { Candidate, DeploymentRoom, Overview } from './overview';
import type { GovernedDeployment } from './policy';
import { inRepository } from './repository';

/**
 * Results of all tests of the default branch's spec. What is measured from the store is measured now, by that spec;
 * what a command found is taken from the version, and only run again when it was never run.
 */
export async function testResults(
  room: DeploymentRoom,
  governed: GovernedDeployment,
  version: ModelVersion,
): Promise<TestResult[]> {
  const { root, tracking, registry, models } = room;
  const { tests } = governed.pipeline;
  const commands = Object.keys(tests).filter((name) => tests[name]?.kind === 'command');
  let stored = models.results(version);
  if (commands.some((name) => !stored.some((result) => result.name === name))) {
    stored = await models.evaluate(version.name, version.version);
  }
  const measured = await evaluateTests({
    root,
    tracking,
    registry,
    version,
    tests: Object.fromEntries(Object.entries(tests).filter(([, test]) => test.kind !== 'command')),
    folder: governed.folder,
    scope: specScope(governed.pipeline),
  });
  return Object.keys(tests).map((name): TestResult => {
    const found = [...measured, ...stored].find((result) => result.name === name);
    return found ?? { name, status: 'error', message: 'It was never evaluated.', at: Date.now() };
  });
}

/**
 * Whether the version may be deployed there at all, before anyone is asked: its artifact is what was registered, it
 * passed every test, and it is in service where it must be first.
 * @returns the results of its tests
 * @throws GalleyError `policy` (or `conflict` for a changed artifact) that says what is missing
 */
export async function mustBeDeployable(
  room: DeploymentRoom,
  overview: Overview,
  governed: GovernedDeployment,
  candidate: Candidate,
): Promise<TestResult[]> {
  const { version, binding } = candidate;
  const what = `${binding.model} v${binding.version}`;
  const subject = `${binding.model}/${binding.version}`;
  if (version.status !== 'READY') {
    throw new GalleyError('conflict', `${what} is not ready: ${version.status}.`, {
      subject,
      remedy: 'Register it again.',
    });
  }
  const registered = version.tags[versionTags.digest];
  if (registered !== undefined && registered !== binding.digest) {
    throw new GalleyError('conflict', `The artifact of ${what} changed after it was registered.`, {
      subject,
      remedy: 'Register it as a new version, so that its tests are about what it is.',
      detail: `registered ${registered}, now ${binding.digest}`,
    });
  }
  const results = await mustPassTests(room, governed, version);
  const { after } = governed.deployment;
  if (after === undefined) return results;
  const history = serviceHistory(overview.events, inRepository(overview.repository, governed.file), after);
  if (history.at(-1)?.version !== binding.version || history.at(-1)?.digest !== binding.digest) {
    throw new GalleyError('policy', `${what} is not in service in ${after}, where it must be first.`, {
      subject,
      remedy: `Deploy v${binding.version} to ${after}, then request ${governed.name}.`,
    });
  }
  return results;
}

/** @throws GalleyError `policy` that names the tests that did not pass */
export async function mustPassTests(
  room: DeploymentRoom,
  governed: GovernedDeployment,
  version: ModelVersion,
): Promise<TestResult[]> {
  const results = await testResults(room, governed, version);
  const failed = results.filter(({ status }) => status !== 'passed');
  if (failed.length === 0) return results;
  const names = failed.map(({ name }) => name).join(', ');
  const what = `${version.name} v${version.version}`;
  throw new GalleyError(
    'policy',
    `${what} did not pass ${failed.length === 1 ? 'the test' : 'the tests'} ${names}: ${failed[0]?.message ?? ''}`,
    {
      subject: `${version.name}/${version.version}`,
      remedy: 'Deploy a version that passes, or change the tests on the default branch.',
      detail: failed.map(({ name, message }) => `${name}: ${message}`).join('\n'),
    },
  );
}
