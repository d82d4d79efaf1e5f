import type { GalleyCommand } from './command';

/** The `… N more` row. */
export const showMoreRuns: GalleyCommand = {
  id: 'galley.showMoreRuns',
  run({ views }, target) {
    if (target?.experimentId !== undefined) views.showMoreRuns(target.root, target.experimentId);
    return Promise.resolve();
  },
};
