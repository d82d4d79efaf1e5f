import { InlayHintKind } from 'vscode-languageserver/node';
import type { InlayHint, Range } from 'vscode-languageserver/node';
import type { PipelineSpec } from '../engine/pipeline/spec';
import { shifted } from '../engine/pipeline/whole';
import type { SpecDocument } from './spec-document';

/** Longest value that is shown whole. */
const longestValue = 30;

/** Values behind references, and the derived order of stages, for the lines that are on screen. */
export function inlayHintsIn({ model, analysis }: SpecDocument, part: Range): InlayHint[] {
  const { spec } = analysis;
  if (model === undefined || spec === undefined) return [];
  const hints: InlayHint[] = [];
  const isShown = ({ start, end }: Range) => end.line >= part.start.line && start.line <= part.end.line;
  for (const { block, line } of model.blocks)
    for (const { range, content } of block.expressions) {
      const whole = shifted(range, line);
      if (!isShown(whole)) continue;
      const value = valueOf(spec, content);
      if (value === undefined) continue;
      const short = value.length > longestValue ? `${value.slice(0, longestValue)}…` : value;
      hints.push({ position: whole.end, label: `= ${short}`, paddingLeft: true, tooltip: value });
    }
  for (const { kind, name, nameRange } of analysis.symbols) {
    if (kind !== 'stage' || !isShown(nameRange)) continue;
    const needs = model.graph().dependsOn[name] ?? [];
    if (needs.length === 0) continue;
    hints.push({
      position: model.lines.range({
        start: 0,
        end: model.lines.endOfLine(model.lines.offset(nameRange.end)),
      }).end,
      label: `after ${needs.slice(0, 3).join(', ')}${needs.length > 3 ? `, and ${needs.length - 3} more` : ''}`,
      kind: InlayHintKind.Type,
      paddingLeft: true,
      tooltip: `\`${name}\` needs ${needs.join(', ')}.`,
    });
  }
  return hints;
}

/** What a reference stands for, as far as the file says it. */
function valueOf(spec: PipelineSpec, content: string): string | undefined {
  const [root, name = ''] = content.split('.');
  if (root === 'params' && Object.hasOwn(spec.params, name)) {
    const value = spec.params[name]?.default;
    return value === undefined ? undefined : String(value);
  }
  if (root === 'datasets' && Object.hasOwn(spec.datasets, name)) return spec.datasets[name]?.path;
  return undefined;
}
