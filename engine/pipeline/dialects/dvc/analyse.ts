import { findCycles } from '../../checks/cycles';
import type { Diagnostic } from '../../diagnostics';
import { childOf, entriesOf, itemsOf, textOf } from '../../nodes';
import type { SpecNode } from '../../nodes';
import { withFolders } from '../../paths';
import { related, report } from '../../report';
import type { Source } from '../../report';
import { checkSchema } from '../../schema-check';
import { readSource } from '../../source';
import { nearest, question } from '../../suggestions';
import { withoutSuppressed } from '../../suppression';
import type { SpecReference, SpecSymbol } from '../../types';
import { dvcStages } from './outputs';
import type { DvcPath, DvcStage } from './outputs';
import { dvcExpressions, dvcValues, hasValue, stepsOf } from './templating';
import type { DvcExpression, DvcValues } from './templating';

/** A `dvc.yaml`, analysed. */
export interface DvcAnalysis {
  source: Source;
  diagnostics: Diagnostic[];
  symbols: SpecSymbol[];
  references: SpecReference[];
  expressions: DvcExpression[];
  values: DvcValues;
}

/** Whether a file is a pipeline of DVC: by its name alone, as DVC itself knows it. */
export function isDvcFile(file: string): boolean {
  return /(^|[\\/])dvc\.yaml$/.test(file);
}

/**
 * Everything that a `dvc.yaml` says and what is wrong with it. Never throws, whatever the text.
 * @param read text of a file beside it; undefined when it cannot be read. Without it, values of `${…}` are not known.
 */
export function analyseDvc(
  text: string,
  { file, read }: { file: string; read?: (file: string) => string | undefined },
): DvcAnalysis {
  const source = readSource(text, file);
  const { root } = source;
  const stages = dvcStages(source);
  const lists = [childOf(root, 'vars'), ...stages.map(({ body }) => childOf(body, 'vars'))];
  const folders = stages.flatMap(({ body }) => textOf(childOf(body, 'wdir')) ?? []);
  const values = dvcValues(lists, folders, read);
  if (folders.some((folder) => folder.includes('${'))) values.isOpen = true;
  const expressions: DvcExpression[] = [];
  if (!source.unreadable && root !== undefined) {
    checkSchema(source, 'dvc');
    checkOutputs(source, stages);
    checkCycles(source, stages);
    for (const stage of stages) expressions.push(...checkExpressions(source, stage, values));
  }
  return {
    source,
    diagnostics: withoutSuppressed(source.diagnostics, source.lines),
    symbols: findSymbols(source, stages, values),
    references: findReferences(source, stages, expressions),
    expressions,
    values,
  };
}

function makersOf(stages: DvcStage[]): Map<string, DvcPath> {
  const makers = new Map<string, DvcPath>();
  for (const { outs } of stages)
    for (const out of outs) if (out.place !== undefined && !makers.has(out.place)) makers.set(out.place, out);
  return makers;
}

function checkOutputs(source: Source, stages: DvcStage[]): void {
  const makers = makersOf(stages);
  for (const { outs } of stages)
    for (const out of outs) {
      const first = out.place === undefined ? undefined : makers.get(out.place);
      if (first === undefined || first === out) continue;
      const message = `\`${out.written}\` is already an output of the stage \`${first.stage}\`. DVC refuses the same output twice.`;
      report(source, 'duplicate-output', 'error', out.span, message, {
        related: [related(source, first.span, `\`${first.written}\` is first made here.`)],
      });
    }
  for (const out of makers.values())
    for (const folder of withFolders(out.place ?? '').slice(1)) {
      const outer = makers.get(folder);
      if (outer === undefined) continue;
      const message = `\`${out.written}\` is inside \`${outer.written}\`, an output of the stage \`${outer.stage}\`. DVC refuses outputs that overlap.`;
      report(source, 'overlapping-output', 'error', out.span, message, {
        related: [related(source, outer.span, `\`${outer.written}\` is an output here.`)],
      });
    }
}

/** The output that a path is, or is inside of. */
function madeBy(dep: DvcPath, makers: Map<string, DvcPath>): DvcPath | undefined {
  if (dep.place === undefined) return undefined;
  for (const place of withFolders(dep.place)) {
    const out = makers.get(place);
    if (out !== undefined) return out;
  }
  return undefined;
}

function checkCycles(source: Source, stages: DvcStage[]): void {
  const makers = makersOf(stages);
  const links = stages.flatMap(({ name, deps }) =>
    deps.flatMap((dep) => {
      const out = madeBy(dep, makers);
      return out === undefined ? [] : [{ from: name, to: out.stage, dep }];
    }),
  );
  for (const cycle of findCycles(
    stages.map(({ name }) => name),
    links,
  )) {
    const [first] = cycle;
    if (first === undefined) continue;
    const around = [...cycle.map(({ from }) => from), first.from].slice(0, 50).map((name) => `\`${name}\``);
    const message =
      cycle.length === 1
        ? `\`${first.from}\` reads \`${first.dep.written}\`, which it makes itself.`
        : `These stages wait for one another: ${around.join(' → ')}. Break the circle at one of them.`;
    report(source, 'cycle', 'error', first.dep.span, message, {
      related: cycle
        .slice(0, 50)
        .map(({ from, to, dep }) =>
          related(source, dep.span, `\`${from}\` needs \`${to}\` by \`${dep.written}\`.`),
        ),
    });
  }
}

/** Names that have a value only in a stage of `foreach` or `matrix`. */
const itemNames = new Set(['item', 'key']);

function checkExpressions(
  source: Source,
  { body, span, isRepeated }: DvcStage,
  values: DvcValues,
): DvcExpression[] {
  const found: DvcExpression[] = [];
  const seen = new Set<SpecNode>();
  const walk = (node: SpecNode) => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'list') node.items.forEach(walk);
    else if (node.kind === 'map')
      for (const { key, keySpan, value } of entriesOf(node)) {
        if (key.includes('${')) found.push(...dvcExpressions(source.text, keySpan));
        if (key !== 'desc' && key !== 'meta') walk(value);
      }
    else if (node.span.start >= span.start) found.push(...dvcExpressions(source.text, node.span));
  };
  walk(body);
  for (const { content, contentSpan } of found) {
    const [first] = stepsOf(content);
    if (first === undefined || values.isOpen || hasValue(values, first)) continue;
    if (itemNames.has(first)) {
      if (isRepeated) continue;
      const message = `\`${first}\` has a value only in a stage with \`foreach\` or \`matrix\`.`;
      report(source, 'expression', 'error', contentSpan, message);
      continue;
    }
    const known = [...values.written, ...values.files.map((one) => one.source.root)].flatMap((node) =>
      entriesOf(node).map(({ key }) => key),
    );
    const suggestion = nearest(first, known);
    const span = { start: contentSpan.start, end: contentSpan.start + first.length };
    const message = `Neither \`params.yaml\` nor \`vars\` has \`${first}\`.${question(suggestion)}`;
    report(source, 'unknown-reference', 'error', span, message, { suggestion });
  }
  return found;
}

function findSymbols(source: Source, stages: DvcStage[], values: DvcValues): SpecSymbol[] {
  const { lines } = source;
  const params = values.written.flatMap((node) =>
    entriesOf(node).map(({ key, keySpan, value }): SpecSymbol => {
      const range = lines.range({ start: keySpan.start, end: Math.max(keySpan.end, value.span.end) });
      return { kind: 'param', name: key, nameRange: lines.range(keySpan), range };
    }),
  );
  return [
    ...params,
    ...stages.flatMap(({ name, nameSpan, span, outs }): SpecSymbol[] => [
      { kind: 'stage', name, nameRange: lines.range(nameSpan), range: lines.range(span) },
      ...outs.map((out): SpecSymbol => {
        const range = lines.range(out.span);
        return { kind: 'output', name: out.place ?? out.written, container: name, nameRange: range, range };
      }),
    ]),
  ];
}

/** Dependencies on outputs of other stages, and uses of values. */
function findReferences(source: Source, stages: DvcStage[], expressions: DvcExpression[]): SpecReference[] {
  const { lines } = source;
  const makers = makersOf(stages);
  const deps = stages.flatMap(({ deps: own }) =>
    own.flatMap((dep): SpecReference[] => {
      const out = madeBy(dep, makers);
      if (out === undefined) return [];
      return [{ kind: 'output', name: out.place ?? '', container: out.stage, range: lines.range(dep.span) }];
    }),
  );
  const uses = expressions.flatMap(({ content, contentSpan }): SpecReference[] => {
    const [first] = stepsOf(content);
    if (first === undefined) return [];
    const span = { start: contentSpan.start, end: contentSpan.start + first.length };
    return [{ kind: 'param', name: first, range: lines.range(span) }];
  });
  const params = stages.flatMap(({ body }) =>
    itemsOf(childOf(body, 'params')).flatMap((item): SpecReference[] => {
      const name = item.kind === 'scalar' ? stepsOf(String(item.value ?? ''))[0] : undefined;
      if (name === undefined) return [];
      return [
        {
          kind: 'param',
          name,
          range: lines.range({ start: item.span.start, end: item.span.start + name.length }),
        },
      ];
    }),
  );
  return [...deps, ...uses, ...params];
}
