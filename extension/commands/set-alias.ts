import { askVersion } from '../ask/models';
import { askText, required } from '../ask/prompts';
import type { GalleyCommand } from './command';

/** Gives a version an alias such as `champion`; the alias leaves the version that had it. */
export const setAlias: GalleyCommand = {
  id: 'galley.setAlias',
  async run(services, target) {
    const title = 'Set alias';
    const { root, version } = await askVersion(services, target, title);
    const alias = await askText({
      title,
      prompt: `Alias of ${version.name} v${version.version}`,
      placeHolder: 'champion',
      check: required('An alias is needed.'),
    });
    return services.engine.request('models/alias', {
      root,
      model: version.name,
      alias,
      version: version.version,
    });
  },
};
