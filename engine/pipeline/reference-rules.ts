import type { Declared } from './declarations';
import type { DiagnosticCode } from './diagnostics';
import { parseReference } from './expressions';
import type { NodePath } from './nodes';
import { didYouMean } from './suggestions';
import type { SpecReference } from './types';

/** Where a reference stands decides what it may name. */
export type ReferenceContext =
  | { place: 'stage'; stage: string }
  | { place: 'test' | 'serve' | 'data' }
  | { place: 'model'; stage: string }
  /** A field that takes no references. */
  | { place: 'none'; field: string };

/** First steps of references that a context knows, for messages and completion. */
export const rootsIn: Record<ReferenceContext['place'], readonly string[]> = {
  stage: ['params', 'datasets', 'stages', 'outputs', 'env', 'run'],
  test: ['model', 'datasets', 'stages', 'env'],
  serve: ['model', 'port', 'datasets', 'stages', 'env'],
  data: ['datasets', 'stages'],
  model: ['outputs'],
  none: [],
};

/** Second steps that are always the same. */
export const fixedSteps: Record<string, readonly string[]> = {
  model: ['path', 'name', 'version'],
  run: ['id', 'name'],
};

const allRoots = ['params', 'datasets', 'stages', 'outputs', 'model', 'port', 'run', 'env'];

/** The context of a text by its place in the file; `ignored` for prose. */
export function findReferenceContext(path: NodePath): ReferenceContext | 'ignored' {
  const [section, name, field, inner] = path;
  if (path.includes('description') || (typeof section === 'string' && section.startsWith('x-')))
    return 'ignored';
  if (section === 'stages' && (field === 'run' || field === 'env' || field === 'inputs'))
    return { place: 'stage', stage: String(name) };
  if (section === 'tests' && field === 'run') return { place: 'test' };
  if (section === 'deployments' && field === 'serve' && inner === 'run') return { place: 'serve' };
  const last = path.filter((step) => typeof step === 'string').at(-1);
  return { place: 'none', field: String(last ?? '') };
}

/** A set of names, or a map by name. */
export type Names = Pick<ReadonlySet<string>, 'has' | 'keys'>;

/** A use of a name inside a reference; `offset` is where the name starts in it. */
export type ReferencePart = Omit<SpecReference, 'range'> & { offset: number };

export interface ReferenceOutcome {
  references: ReferencePart[];
  problem?: { code: DiagnosticCode; message: string; offset: number; length: number };
}

/** Checks the text between `${{` and `}}` and tells what it names. */
export function checkReference(
  content: string,
  context: ReferenceContext,
  declared: Declared,
): ReferenceOutcome {
  const wrong = (message: string): ReferenceOutcome => ({
    references: [],
    problem: { code: 'expression', message, offset: 0, length: content.length },
  });
  if (context.place === 'none')
    return wrong(
      `\`${context.field}\` takes no references. They are replaced in commands, \`env\` and \`inputs\`.`,
    );
  if (content === '') return wrong('The reference is empty. Write what it stands for, e.g. `params.<name>`.');
  const steps = parseReference(content);
  if (steps === undefined)
    return wrong(
      /^[\w.-]+$/.test(content)
        ? `\`${content}\` is not complete.`
        : 'Only references stand here, such as `params.<name>`: no functions, operators or quotes.',
    );
  const [root = ''] = steps;
  const roots = rootsIn[context.place];
  if (!roots.includes(root)) return unknownRoot(root, roots, context, wrong);
  return checkSteps(steps, context, declared, wrong);
}

function unknownRoot(
  root: string,
  roots: readonly string[],
  context: ReferenceContext,
  wrong: (message: string) => ReferenceOutcome,
): ReferenceOutcome {
  const here = roots.map((name) => `\`${name}\``).join(', ');
  if (allRoots.includes(root)) {
    const places = {
      stage: 'a stage',
      test: 'a test',
      serve: '`serve`',
      data: 'data',
      model: '`from`',
      none: '',
    };
    return wrong(`\`${root}\` has no value in ${places[context.place]}. What has one here: ${here}.`);
  }
  return wrong(
    `\`${root}\` is nothing that a reference can start with.${didYouMean(root, roots) || ` Choose from ${here}.`}`,
  );
}

function checkSteps(
  steps: string[],
  context: ReferenceContext,
  declared: Declared,
  wrong: (message: string) => ReferenceOutcome,
): ReferenceOutcome {
  const [root = '', name, third, fourth] = steps;
  const ending = (form: string) =>
    wrong(`\`${steps.join('.')}\` is not complete or goes on too far. Write \`${form}\`.`);
  switch (root) {
    case 'params':
      if (name === undefined || steps.length !== 2) return ending('params.<name>');
      return named('param', name, root.length + 1, declared.params);
    case 'datasets':
      if (name === undefined || steps.length > 3 || (third !== undefined && third !== 'path'))
        return ending('datasets.<name>.path');
      return named('dataset', name, root.length + 1, declared.datasets);
    case 'outputs': {
      if (name === undefined || steps.length !== 2) return ending('outputs.<name>');
      const stage = 'stage' in context ? context.stage : '';
      return named('output', name, root.length + 1, declared.stages.get(stage) ?? new Set(), stage);
    }
    case 'stages': {
      if (name === undefined || third !== 'outputs' || fourth === undefined || steps.length !== 4)
        return ending('stages.<stage>.outputs.<name>');
      const stage = named('stage', name, root.length + 1, declared.stages);
      const offset = root.length + 1 + name.length + '.outputs.'.length;
      const outputs = declared.stages.get(name);
      if (outputs === undefined) return stage;
      const output = named('output', fourth, offset, outputs, name);
      return { ...output, references: [...stage.references, ...output.references] };
    }
    case 'env':
      return name === undefined || steps.length !== 2 ? ending('env.<NAME>') : { references: [] };
    case 'port':
      return steps.length === 1 ? { references: [] } : ending('port');
    default: {
      const fixed = fixedSteps[root] ?? [];
      if (name !== undefined && steps.length === 2 && fixed.includes(name)) return { references: [] };
      return wrong(`\`${root}\` has ${fixed.map((step) => `\`${root}.${step}\``).join(', ')}.`);
    }
  }
}

function named(
  kind: 'param' | 'dataset' | 'stage' | 'output',
  name: string,
  offset: number,
  names: Names,
  container?: string,
): ReferenceOutcome {
  const references = [{ kind, name, offset, ...(container === undefined ? {} : { container }) }];
  if (names.has(name)) return { references };
  const subject =
    kind === 'output'
      ? `The stage \`${container ?? ''}\` has no output \`${name}\`.`
      : `There is no ${kind} \`${name}\`.`;
  const choice = didYouMean(name, names.keys());
  const known = [...names.keys()].slice(0, 8).map((other) => `\`${other}\``);
  const message = `${subject}${choice || (known.length > 0 ? ` There is ${known.join(', ')}.` : '')}`;
  return { references, problem: { code: 'unknown-reference', message, offset, length: name.length } };
}
