import { nearest, question } from '../suggestions';
import type { Whole } from '../whole';

/** Warns of backends and targets that the project is not connected to. It may be connected later, so this is no error. */
export function checkBackendNames({ blocks, workspace, tell, isFull }: Whole): void {
  if (workspace.backends === undefined) return;
  const known = new Set(['local', ...workspace.backends]);
  for (const placed of blocks) {
    if (isFull()) return;
    for (const { name, range, need } of placed.block.facts.backends) {
      if (known.has(name)) continue;
      const suggestion = nearest(name, known);
      const remedy = question(suggestion) || ' Add it to `.galley/backends.yaml`.';
      const message = `No connected backend is called \`${name}\`, which ${need}.${remedy}`;
      tell('unknown-backend', 'warning', placed, range, message, { suggestion });
    }
  }
}
