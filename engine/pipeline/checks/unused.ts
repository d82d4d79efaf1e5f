import { globBase, isGlob, normalPath, withFolders } from '../paths';
import type { SymbolKind } from '../types';
import type { Whole } from '../whole';

/** Hints at params and datasets that nothing in the file uses. */
export function checkUnused(whole: Whole): void {
  const { blocks, tell, isFull } = whole;
  const params = usedNames(whole, 'param');
  for (const placed of blocks) {
    if (isFull()) return;
    for (const { section, name, range } of placed.block.facts.entries)
      if (section === 'params' && !params.has(name)) {
        const message = `No stage uses the param \`${name}\`: changing it changes nothing.`;
        tell('unused-param', 'hint', placed, range, message);
      }
  }
  const datasets = usedNames(whole, 'dataset');
  let isMentioned: ((path: string) => boolean) | undefined;
  for (const placed of blocks)
    for (const { name, range, path } of placed.block.facts.datasets) {
      if (datasets.has(name) || isFull()) continue;
      isMentioned ??= mentions(whole);
      if (path !== undefined && isMentioned(path)) continue;
      tell('unused-dataset', 'hint', placed, range, `Nothing uses the dataset \`${name}\`.`);
    }
}

function usedNames({ blocks }: Whole, kind: SymbolKind): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { block } of blocks)
    for (const { kind: other, name } of block.uses) if (other === kind) names.add(name);
  return names;
}

/** Whether some command, input, output or monitor names a path, a folder that it is in, or something inside it. */
function mentions({ blocks }: Whole): (path: string) => boolean {
  const named = new Set<string>();
  const folders = new Set<string>();
  for (const { block } of blocks) {
    const mentioned = block.mentioned();
    for (const path of mentioned.named) named.add(path);
    for (const path of mentioned.folders) folders.add(path);
  }
  return (written) => {
    // A path with spaces is in pieces in a command.
    if (/\s/.test(written)) return true;
    const path = isGlob(written) ? globBase(written) : normalPath(written);
    return (
      named.has('.') ||
      folders.has(path) ||
      path === '.' ||
      withFolders(path).some((place) => named.has(place))
    );
  };
}
