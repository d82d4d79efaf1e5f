import type { GalleyCommand } from './command';

export const refresh: GalleyCommand = {
  id: 'galley.refresh',
  async run({ views, attention, roots }) {
    views.refresh();
    await Promise.all((await roots.all()).map((root) => attention.look(root)));
  },
};
