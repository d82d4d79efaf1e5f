import type { GalleyCommand } from './command';

/** Shows the extension's own log. */
export const showGalleyLog: GalleyCommand = {
  id: 'galley.showGalleyLog',
  run: ({ log }) => Promise.resolve(log.show()),
};
