import { childOf, entriesOf, textOf } from '../nodes';
import { report } from '../report';
import type { Source } from '../report';

/** Stages of MLflow's registry, and the alias that takes the place of each. */
const registryStages = new Map([
  ['Production', 'champion'],
  ['Staging', 'challenger'],
]);

/** Hints at what something newer replaces: MLflow's registry stages, which its aliases replace since MLflow 2.9. */
export function checkDeprecated(source: Source): void {
  for (const { value } of entriesOf(childOf(source.root, 'tests'))) {
    const node = childOf(value, 'against');
    const suggestion = registryStages.get(textOf(node) ?? '');
    if (node === undefined || suggestion === undefined) continue;
    const message = `\`${textOf(node) ?? ''}\` is a stage of MLflow's registry, and MLflow replaces stages by aliases. Galley's is \`${suggestion}\`.`;
    report(source, 'deprecated', 'hint', node.span, message, { suggestion });
  }
}
