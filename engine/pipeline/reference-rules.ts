import { parseReference } from './expressions';
import type { NodePath } from './nodes';
import { didYouMean } from './suggestions';

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

/** A use of a name inside a reference; `offset` is where the name starts in it. */
export interface ReferencePart {
  kind: 'param' | 'dataset' | 'stage' | 'output';
  name: string;
  container?: string;
  offset: number;
}

export interface ReferenceOutcome {
  references: ReferencePart[];
  /** Why it can have no value, whatever the file declares. */
  problem?: string;
}

/** Checks the text between `${{` and `}}` and tells what it names. */
export function checkReference(content: string, context: ReferenceContext): ReferenceOutcome {
  const wrong = (problem: string): ReferenceOutcome => ({ references: [], problem });
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
  return checkSteps(steps, context, wrong);
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
  wrong: (message: string) => ReferenceOutcome,
): ReferenceOutcome {
  const [root = '', name, third, fourth] = steps;
  const ending = (form: string) =>
    wrong(`\`${steps.join('.')}\` is not complete or goes on too far. Write \`${form}\`.`);
  switch (root) {
    case 'params':
      if (name === undefined || steps.length !== 2) return ending('params.<name>');
      return named('param', name, root.length + 1);
    case 'datasets':
      if (name === undefined || steps.length > 3 || (third !== undefined && third !== 'path'))
        return ending('datasets.<name>.path');
      return named('dataset', name, root.length + 1);
    case 'outputs': {
      if (name === undefined || steps.length !== 2) return ending('outputs.<name>');
      return named('output', name, root.length + 1, 'stage' in context ? context.stage : '');
    }
    case 'stages': {
      if (name === undefined || third !== 'outputs' || fourth === undefined || steps.length !== 4)
        return ending('stages.<stage>.outputs.<name>');
      const { references } = named('stage', name, root.length + 1);
      const offset = root.length + 1 + name.length + '.outputs.'.length;
      return { references: [...references, ...named('output', fourth, offset, name).references] };
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
  kind: ReferencePart['kind'],
  name: string,
  offset: number,
  container?: string,
): ReferenceOutcome {
  return { references: [{ kind, name, offset, ...(container === undefined ? {} : { container }) }] };
}
