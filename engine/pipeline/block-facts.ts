import type { Range } from './diagnostics';
import { findExpressions } from './expressions';
import { childOf, entriesOf, itemsOf, nodeAt, textOf, valueOf } from './nodes';
import type { SpecNode } from './nodes';
import { globBase, isGlob, normalPath, withFolders } from './paths';
import type { Source } from './report';
import type { ParamValue, PipelineSpec } from './spec';

/** A name and where it stands. */
export interface NamedFact {
  name: string;
  range: Range;
}

/** What one block says that only the whole file can judge. Places are relative to the block. */
export interface BlockFacts {
  /** Keys at the top of the file. */
  top: NamedFact[];
  /** Entries of sections. */
  entries: (NamedFact & { section: string })[];
  outputs: { stage: string; name: string; path: string; range: Range }[];
  /** Values that a param is given. */
  values: { param: string; value: ParamValue; range: Range; isOption: boolean }[];
  backends: (NamedFact & { need: string })[];
  /** Files and folders that a stage reads and that are no reference. */
  inputs: (NamedFact & { stage: string })[];
  datasets: (NamedFact & { path: string | undefined })[];
  afters: { from: string; to: string; range: Range }[];
  metricUses: NamedFact[];
  metrics: string[];
  /** A stage writes a file of metrics, whose names nobody declares. */
  hasMetricsFile: boolean;
  /** All that decides which stage needs which. */
  graphKey: string;
}

/** Collects the facts of a part of a spec. */
export function findFacts(source: Source, spec: PipelineSpec | undefined): BlockFacts {
  const { root, lines } = source;
  const named = (name: string, node: SpecNode): NamedFact => ({ name, range: lines.range(node.span) });
  const section = (key: string) => entriesOf(childOf(root, key));
  const facts: BlockFacts = {
    top: entriesOf(root).map(({ key, keySpan }) => ({ name: key, range: lines.range(keySpan) })),
    entries: entriesOf(root).flatMap(({ key: name, value }) =>
      entriesOf(value).map(({ key, keySpan }) => ({ section: name, name: key, range: lines.range(keySpan) })),
    ),
    outputs: [],
    values: [],
    backends: [],
    inputs: [],
    datasets: section('datasets').map(({ key, keySpan, value }) => ({
      name: key,
      range: lines.range(keySpan),
      path: textOf(value) ?? textOf(childOf(value, 'path')),
    })),
    afters: [],
    metricUses: [],
    metrics: [],
    hasMetricsFile: false,
    graphKey: spec === undefined ? '' : graphKey(spec),
  };
  const addValue = (param: string, node: SpecNode | undefined, isOption = false) => {
    const value = valueOf(node);
    if (node !== undefined && value !== undefined)
      facts.values.push({ param, value, range: lines.range(node.span), isOption });
  };
  const addText = (list: NamedFact[], node: SpecNode | undefined) => {
    const name = textOf(node);
    if (node !== undefined && name !== undefined && name !== '') list.push(named(name, node));
  };
  for (const { key, value } of section('params')) {
    addValue(key, childOf(value, 'default'));
    for (const option of itemsOf(childOf(value, 'options'))) addValue(key, option, true);
  }
  for (const { key: stage, value } of section('stages')) {
    for (const { key, value: node } of entriesOf(childOf(value, 'outputs'))) {
      const written = textOf(node);
      if (written !== undefined && written !== '' && !written.includes('${{'))
        facts.outputs.push({ stage, name: key, path: normalPath(written), range: lines.range(node.span) });
    }
    for (const item of itemsOf(childOf(value, 'inputs'))) {
      const path = textOf(item);
      if (path !== undefined) facts.inputs.push({ stage, ...named(path, item) });
    }
    for (const { key, value: list } of entriesOf(nodeAt(value, ['sweep', 'over'])))
      for (const item of itemsOf(list)) addValue(key, item);
    const metrics = childOf(value, 'metrics');
    for (const item of itemsOf(metrics)) facts.metrics.push(textOf(item) ?? '');
    if (metrics !== undefined && metrics.kind !== 'list') facts.hasMetricsFile = true;
    const backend = childOf(value, 'backend');
    const name = textOf(backend);
    if (backend !== undefined && name !== undefined && name !== '')
      facts.backends.push({ ...named(name, backend), need: `the stage \`${stage}\` needs` });
  }
  for (const { value } of section('tests')) addText(facts.metricUses, childOf(value, 'metric'));
  for (const { key: deployment, value } of section('deployments')) {
    const target = childOf(value, 'target');
    const name = textOf(target);
    if (target !== undefined && name !== undefined && name !== '')
      facts.backends.push({ ...named(name, target), need: `the deployment \`${deployment}\` needs` });
    const after = childOf(value, 'after');
    const to = textOf(after);
    if (after !== undefined && to !== undefined)
      facts.afters.push({ from: deployment, to, range: lines.range(after.span) });
  }
  for (const { value } of section('retraining'))
    for (const { key, value: node } of entriesOf(childOf(value, 'params'))) addValue(key, node);
  return facts;
}

function graphKey(spec: PipelineSpec): string {
  const expressions = (text: string) => findExpressions(text).map(({ content }) => content);
  const stages = Object.entries(spec.stages).map(([name, { run, env, inputs, outputs }]) => [
    name,
    [...(typeof run === 'string' ? [run] : run), ...Object.values(env)].flatMap(expressions),
    inputs,
    outputs,
  ]);
  const datasets = Object.entries(spec.datasets).map(([name, { path }]) => [name, path]);
  return stages.length + datasets.length === 0 ? '' : JSON.stringify([stages, datasets]);
}

/** Paths that a block names, and the folders that they are in; pieces of commands count as paths. */
export interface MentionedPaths {
  named: Set<string>;
  folders: Set<string>;
}

/** Finds every path that may be meant in a part of a spec. Of a glob, the folder that its matches are in. */
export function mentionedPaths(root: SpecNode | undefined): MentionedPaths {
  const mentioned: MentionedPaths = { named: new Set(), folders: new Set() };
  const addPath = (written: string | undefined) => {
    if (written === undefined || written === '') return;
    const [path = '', ...folders] = withFolders(isGlob(written) ? globBase(written) : normalPath(written));
    mentioned.named.add(path);
    for (const folder of folders) mentioned.folders.add(folder);
  };
  const addCommand = (node: SpecNode | undefined) => {
    for (const part of node?.kind === 'list' ? node.items : node === undefined ? [] : [node])
      for (const word of String(valueOf(part) ?? '').split(/[\s'"=,;:|&<>()`]+/)) {
        addPath(word);
        // In `$ROOT/data/a.csv` the path may start after any `/`.
        for (let at = word.indexOf('/'); at >= 0; at = word.indexOf('/', at + 1)) addPath(word.slice(at + 1));
      }
  };
  for (const { value: stage } of entriesOf(childOf(root, 'stages'))) {
    addCommand(childOf(stage, 'run'));
    for (const { value } of entriesOf(childOf(stage, 'env'))) addCommand(value);
    for (const item of itemsOf(childOf(stage, 'inputs'))) addPath(textOf(item));
    for (const { value } of entriesOf(childOf(stage, 'outputs'))) addPath(textOf(value));
  }
  for (const { value } of entriesOf(childOf(root, 'tests'))) addCommand(childOf(value, 'run'));
  for (const { value } of entriesOf(childOf(root, 'deployments')))
    addCommand(childOf(childOf(value, 'serve'), 'run'));
  for (const { value } of entriesOf(childOf(root, 'monitors'))) {
    for (const key of ['reference', 'current']) addPath(textOf(childOf(value, key)));
    addPath(textOf(childOf(childOf(value, 'performance'), 'labels')));
  }
  return mentioned;
}
