import { childOf, entriesOf, textOf } from '../nodes';
import type { Span } from '../nodes';
import { normalPath, withFolders } from '../paths';
import { related, report } from '../report';
import type { Source } from '../report';

interface Output {
  stage: string;
  name: string;
  path: string;
  span: Span;
}

/** Reports outputs with the same path, and outputs inside another stage's. */
export function checkOutputs(source: Source): void {
  const outputs = entriesOf(childOf(source.root, 'stages')).flatMap(({ key: stage, value }) =>
    entriesOf(childOf(value, 'outputs')).flatMap(({ key: name, value: node }): Output[] => {
      const written = textOf(node);
      return written === undefined || written === '' || written.includes('${{')
        ? []
        : [{ stage, name, path: normalPath(written), span: node.span }];
    }),
  );
  const byPath = new Map<string, Output>();
  for (const output of outputs) {
    const first = byPath.get(output.path);
    if (first === undefined) byPath.set(output.path, output);
    else
      report(
        source,
        'duplicate-output',
        'error',
        output.span,
        `\`${output.path}\` is already the output \`${first.name}\` of the stage \`${first.stage}\`. Give one of them another path.`,
        [related(source, first.span, `\`${output.path}\` is first made here.`)],
      );
  }
  for (const output of byPath.values())
    for (const folder of withFolders(output.path).slice(1)) {
      const outer = byPath.get(folder);
      if (outer !== undefined) reportOverlap(source, output, outer);
    }
}

function reportOverlap(source: Source, inner: Output, outer: Output): void {
  const sameStage = inner.stage === outer.stage;
  const owner = sameStage ? 'this stage too' : `the stage \`${outer.stage}\``;
  report(
    source,
    'overlapping-output',
    sameStage ? 'warning' : 'error',
    inner.span,
    `\`${inner.path}\` is inside \`${outer.path}\`, an output of ${owner}. Making one would change the other.`,
    [related(source, outer.span, `\`${outer.path}\` is an output here.`)],
  );
}
