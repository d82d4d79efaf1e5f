import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { entryAt, nodeAt, plain } from './nodes';
import type { NodePath, Span } from './nodes';
import { report } from './report';
import type { Source } from './report';
import { keysAt, schemas } from './schema-walk';
import type { Schema } from './schema-walk';
import { didYouMean, nearest, question } from './suggestions';

const validators = new Map<Schema, ValidateFunction>();
/** More are not read by anyone, and each costs. */
const maximumErrors = 200;

function validatorOf(schema: Schema): ValidateFunction {
  let validate = validators.get(schema);
  if (validate === undefined) {
    validate = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true }).compile(schema);
    validators.set(schema, validate);
  }
  return validate;
}

interface Mistake {
  path: NodePath;
  /** The key at the end of the path is wrong, rather than its value. */
  key?: string;
  message: string;
  suggestion?: string | undefined;
}

/** The schemas without what only a whole file can lack. */
const partSchemas = {
  spec: partOf(schemas.spec),
  backends: partOf(schemas.backends),
  dvc: partOf(schemas.dvc),
};

/** What a file starts with, for messages about files that are no map. */
const beginnings = {
  spec: {
    empty: 'A pipeline starts with `version: 1` and `name: <name>`.',
    keys: '`version`, `name` and `stages`',
  },
  backends: { empty: 'It starts with `version: 1`.', keys: '`version` and `backends`' },
  dvc: { empty: 'A pipeline of DVC starts with `stages:`.', keys: '`stages` and `vars`' },
};

function partOf(schema: Schema): Schema {
  const part: Schema & { $id?: string } = { ...schema, required: [] };
  delete part.$id;
  return part;
}

/**
 * Reports where a source departs from its schema: one diagnostic for each mistake.
 * @param isPart the source is a part of a file: keys that a file needs may stand in another part
 */
export function checkSchema(source: Source, kind: keyof typeof schemas, isPart = false): void {
  const { root } = source;
  const broken = source.diagnostics.some(({ severity }) => severity === 'error');
  if (root === undefined || (broken && root.kind !== 'map')) {
    if (broken) return;
    const message = `The file is empty. ${beginnings[kind].empty}`;
    report(source, 'schema', 'error', { start: 0, end: 0 }, message);
    return;
  }
  if (root.kind !== 'map') {
    const found = root.kind === 'list' ? 'a list' : 'a single value';
    const example = `such as ${beginnings[kind].keys}`;
    const { start } = root.span;
    const span = {
      start,
      end: root.kind === 'list' ? start + 1 : Math.min(root.span.end, source.lines.endOfLine(start)),
    };
    report(source, 'schema', 'error', span, `The file is ${found}. It must be a map with keys ${example}.`);
    return;
  }
  const schema = (isPart ? partSchemas : schemas)[kind];
  const validate = validatorOf(schema);
  if (validate(plain(root)) === true) return;
  const mistakes = findMistakes(source, validate.errors ?? [], schema).filter(
    // What is missing at the top of a broken file may stand in the part that could not be read.
    ({ path, key }) => !broken || path.length > 0 || key !== undefined,
  );
  for (const { path, key, message, suggestion } of mistakes)
    report(source, 'schema', 'error', spanOf(source, path, key), message, { suggestion });
}

function spanOf(source: Source, path: NodePath, key: string | undefined): Span {
  const { root } = source;
  if (key !== undefined) return entryAt(root, [...path, key])?.keySpan ?? { start: 0, end: 0 };
  const node = nodeAt(root, path);
  const entry = typeof path.at(-1) === 'string' ? entryAt(root, path) : undefined;
  // A whole block is no useful place: its key is.
  if (node?.kind === 'scalar' && node.span.end > node.span.start) return node.span;
  if (entry !== undefined) return entry.keySpan;
  const start = node?.span.start ?? 0;
  return { start, end: node?.kind === 'map' ? (node.entries[0]?.keySpan.end ?? start) : start + 1 };
}

function pathOf(error: ErrorObject): NodePath {
  return error.instancePath
    .split('/')
    .slice(1)
    .map((step) => {
      const text = step.replaceAll('~1', '/').replaceAll('~0', '~');
      return text;
    });
}

/** Turns keys that stand for list indexes into numbers. */
function typedPath(source: Source, path: NodePath): NodePath {
  const typed: NodePath = [];
  for (const step of path) typed.push(nodeAt(source.root, typed)?.kind === 'list' ? Number(step) : step);
  return typed;
}

function findMistakes(source: Source, errors: ErrorObject[], schema: Schema): Mistake[] {
  const suggested = new Set<string>();
  const mistakes: Mistake[] = [];
  const seen = new Set<string>();
  for (const error of [...errors].sort((a, b) => precedence(a) - precedence(b))) {
    if (mistakes.length >= maximumErrors) break;
    if (error.keyword === 'if' || /\/(anyOf|propertyNames)\//.test(error.schemaPath.slice(1))) continue;
    if (error.keyword === 'pattern' && error.propertyName !== undefined) continue;
    const path = typedPath(source, pathOf(error));
    const mistake = describeError(error, path, source, schema, suggested);
    if (mistake === undefined) continue;
    const identity = JSON.stringify([
      mistake.path,
      mistake.key,
      error.keyword === 'required' ? mistake.message : '',
    ]);
    if (seen.has(identity)) continue;
    seen.add(identity);
    mistakes.push(mistake);
  }
  return mistakes;
}

/** A mistake that explains others comes before them: an unknown key a missing one, a missing key a choice of keys. */
function precedence({ keyword }: ErrorObject): number {
  const first = ['additionalProperties', 'required'].indexOf(keyword);
  return first < 0 ? 2 : first;
}

function describeError(
  error: ErrorObject,
  path: NodePath,
  source: Source,
  schema: Schema,
  suggested: Set<string>,
): Mistake | undefined {
  const params = error.params as Record<string, unknown>;
  const at = error.instancePath;
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      const own = keysAt(schema, path, source.root);
      const known = own.size > 0 ? [...own.keys(), ...keysAt(schema, path, source.root, true).keys()] : [];
      if (known.includes(key) || nearest(key, known) !== undefined) suggested.add(at);
      const suggestion = known.includes(key) ? undefined : nearest(key, known);
      return { path, key, message: unknownKey(key, path, known, own, suggestion), suggestion };
    }
    case 'propertyNames': {
      const key = String(params['propertyName']);
      const message = `\`${key}\` is no name. A name starts with a letter and has letters, digits, \`_\` and \`-\`.`;
      return { path, key, message };
    }
    case 'required': {
      if (suggested.has(at)) return undefined;
      suggested.add(`${at} anyOf`);
      const subject = path.length === 0 ? 'The file' : titleOf(path);
      return { path, message: `${subject} needs \`${String(params['missingProperty'])}\`.` };
    }
    case 'anyOf': {
      if (suggested.has(at) || suggested.has(`${at} anyOf`)) return undefined;
      const choices = (error.schema as Schema[]).flatMap(({ required }) => required ?? []);
      return { path, message: `${titleOf(path)} needs ${choices.map((key) => `\`${key}\``).join(' or ')}.` };
    }
    default:
      return { path, message: `${titleOf(path)} ${requirement(error)}`, suggestion: meantValue(error) };
  }
}

function unknownKey(
  key: string,
  path: NodePath,
  known: string[],
  own: Map<string, Schema>,
  suggestion: string | undefined,
): string {
  const where = path.length === 0 ? 'at the top of the file' : `in ${titleOf(path)}`;
  if (known.includes(key)) return `\`${key}\` cannot stand here beside the other keys of ${titleOf(path)}.`;
  const meant = question(suggestion);
  const keys = [...own.keys()].map((name) => `\`${name}\``);
  return `\`${key}\` is no key ${where}.${meant !== '' || keys.length === 0 ? meant : ` Its keys are ${keys.join(', ')}.`}`;
}

/** `stages.train.retries` as the person knows it. */
function titleOf(path: NodePath): string {
  const words = path.map((step, index) =>
    typeof step === 'number' ? `[${step + 1}]` : index === 0 ? step : `.${step}`,
  );
  return `\`${words.join('')}\``;
}

function requirement(error: ErrorObject): string {
  const params = error.params as Record<string, unknown>;
  const schema = (error.parentSchema ?? {}) as Schema;
  switch (error.keyword) {
    case 'type':
      return typeRequirement(params['type'], error.data, schema);
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}.`;
    case 'enum': {
      const allowed = (params['allowedValues'] as unknown[]).map(String);
      const meant = typeof error.data === 'string' ? didYouMean(error.data, allowed) : '';
      const choice = allowed.length === 1 ? `\`${allowed[0] ?? ''}\`` : `one of ${allowed.join(', ')}`;
      return `must be ${choice}.${meant}`;
    }
    case 'pattern':
      return `must be ${article(schema.title ?? `text like ${schema.pattern ?? ''}`)}.`;
    case 'minimum':
      return `must be ${String(params['limit'])} or more.`;
    case 'maximum':
      return `must be ${String(params['limit'])} or less.`;
    case 'exclusiveMinimum':
      return `must be more than ${String(params['limit'])}.`;
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return 'must not be empty.';
    case 'uniqueItems':
      return 'must not have the same value twice.';
    default:
      return `${error.message ?? 'is not allowed here'}.`;
  }
}

/** The allowed value that is nearest to what stands there. */
function meantValue(error: ErrorObject): string | undefined {
  if (error.keyword !== 'enum' || typeof error.data !== 'string') return undefined;
  return nearest(
    error.data,
    ((error.params as Record<string, unknown>)['allowedValues'] as unknown[]).map(String),
  );
}

const article = (noun: string) => `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
};

function typeRequirement(type: unknown, data: unknown, schema: Schema): string {
  const types = (Array.isArray(type) ? type : [type]).map(String).filter((name) => name !== 'null');
  const wanted = types
    .map((name) => kinds[name] ?? name)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1');
  if (data === null) return `has no value. It must be ${wanted}.`;
  const given = Array.isArray(data) ? 'a list' : typeof data === 'object' ? 'a map' : JSON.stringify(data);
  const quotes = types.includes('string') && typeof data !== 'object' ? ' Put it in quotes.' : '';
  const title =
    schema.title !== undefined && types.length === 1 && types[0] === 'string'
      ? article(schema.title)
      : wanted;
  return `must be ${quotes === '' ? title : wanted}, not ${given}.${quotes}`;
}
