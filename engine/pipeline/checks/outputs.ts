import type { BlockFacts } from '../block-facts';
import { withFolders } from '../paths';
import type { PlacedBlock, Whole } from '../whole';

interface Output {
  placed: PlacedBlock;
  output: BlockFacts['outputs'][number];
}

/** Reports outputs with the same path, and outputs inside another stage's. */
export function checkOutputs(whole: Whole): void {
  const { blocks, tell, related, isFull } = whole;
  const byPath = new Map<string, Output>();
  for (const placed of blocks)
    for (const output of placed.block.facts.outputs) {
      const first = byPath.get(output.path);
      if (first === undefined) {
        byPath.set(output.path, { placed, output });
        continue;
      }
      if (isFull()) return;
      const { stage, name } = first.output;
      tell(
        'duplicate-output',
        'error',
        placed,
        output.range,
        `\`${output.path}\` is already the output \`${name}\` of the stage \`${stage}\`. Give one of them another path.`,
        { related: [related(first.placed, first.output.range, `\`${output.path}\` is first made here.`)] },
      );
    }
  for (const inner of byPath.values()) {
    const folders = withFolders(inner.output.path);
    for (let index = 1; index < folders.length; index++) {
      const outer = byPath.get(folders[index] ?? '');
      if (outer !== undefined && !isFull()) tellOverlap(whole, inner, outer);
    }
  }
}

function tellOverlap({ tell, related }: Whole, inner: Output, outer: Output): void {
  const sameStage = inner.output.stage === outer.output.stage;
  const owner = sameStage ? 'this stage too' : `the stage \`${outer.output.stage}\``;
  const { path } = outer.output;
  tell(
    'overlapping-output',
    sameStage ? 'warning' : 'error',
    inner.placed,
    inner.output.range,
    `\`${inner.output.path}\` is inside \`${path}\`, an output of ${owner}. Making one would change the other.`,
    { related: [related(outer.placed, outer.output.range, `\`${path}\` is an output here.`)] },
  );
}
