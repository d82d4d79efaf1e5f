import { globBase, isGlob, normalPath, withFolders } from '../paths';
import { plainReference } from '../plain-references';
import type { Whole } from '../whole';

/**
 * Warns of inputs that have no file and that no stage makes. Data may still come from elsewhere before the run, so this
 * is no error; where it cannot be known whether there is a file, nothing is said.
 */
export function checkMissingFiles(whole: Whole): void {
  const { blocks, declared, workspace, tell, isFull } = whole;
  if (workspace.exists === undefined) return;
  let isMade: ((path: string) => boolean) | undefined;
  for (const placed of blocks) {
    if (isFull()) return;
    for (const { name: written, range, stage } of placed.block.facts.inputs) {
      if (written === '' || isElsewhere(written)) continue;
      if (plainReference(written, (dataset) => declared.datasets.has(dataset)) !== undefined) continue;
      if (workspace.exists(written) !== false) continue;
      isMade ??= madePaths(whole);
      if (isMade(written)) continue;
      const what = isGlob(written) ? `No folder has files like \`${written}\`` : `There is no \`${written}\``;
      const message = `${what}, which \`${stage}\` reads, and no stage makes it.`;
      tell('missing-file', 'warning', placed, range, message);
    }
  }
}

/** Whether a path names something outside the project: then it may be there on the machine that runs the stage. */
function isElsewhere(written: string): boolean {
  return (
    written.includes('${{') ||
    /^(?:[/~$%]|[A-Za-z]:[\\/]|[\w+.-]+:\/\/)/.test(written) ||
    written.includes('$')
  );
}

/** Whether a stage makes a path, something inside it, or a folder that it is in. */
function madePaths({ blocks }: Whole): (written: string) => boolean {
  const made = new Set<string>();
  const folders = new Set<string>();
  for (const { block } of blocks)
    for (const { path } of block.facts.outputs) {
      const [own = '', ...around] = withFolders(path);
      made.add(own);
      for (const folder of around) folders.add(folder);
    }
  return (written) => {
    const path = isGlob(written) ? globBase(written) : normalPath(written);
    return folders.has(path) || withFolders(path).some((place) => made.has(place));
  };
}
