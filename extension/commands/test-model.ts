import { askVersion } from '../ask/models';
import { tell, withNotification } from '../ask/prompts';
import type { GalleyCommand } from './command';

/** Evaluates the tests of a version again. */
export const testModel: GalleyCommand = {
  id: 'galley.testModel',
  async run(services, target) {
    const { root, version } = await askVersion(services, target, 'Test model version');
    const name = `${version.name} v${version.version}`;
    const tests = await withNotification(`Testing ${name}`, () =>
      services.engine.request('models/test', { root, model: version.name, version: version.version }),
    );
    const failed = tests.filter(({ status }) => status !== 'passed');
    if (failed.length === 0)
      tell('information', `${name} passed ${tests.length} of ${tests.length} tests.`, {});
    else tell('warning', `${name} failed. ${failed.map(({ message }) => message).join(' ')}`, {});
    return tests;
  },
};
