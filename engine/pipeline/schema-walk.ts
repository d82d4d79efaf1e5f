import backends from '../../schemas/backends.schema.json';
import dvc from '../../schemas/dvc.schema.json';
import galley from '../../schemas/galley.schema.json';
import type { NodePath, SpecNode } from './nodes';
import { childOf, nodeAt } from './nodes';

/** The part of JSON Schema draft-07 that Galley's schemas use. */
export interface Schema {
  $ref?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  propertyNames?: Schema;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  if?: Schema;
  then?: Schema;
  else?: Schema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  pattern?: string;
  definitions?: Record<string, Schema>;
}

/** Schemas of the files that people write. */
export const schemas = { spec: galley as Schema, backends: backends as Schema, dvc: dvc as Schema };

function resolved(schema: Schema, root: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const target = root.definitions?.[schema.$ref.replace('#/definitions/', '')] ?? {};
  const merged = { ...resolved(target, root), ...schema };
  delete merged.$ref;
  return merged;
}

/** Whether a value can satisfy the `if` of a schema; Galley's schemas only ask for types, keys and constants. */
function satisfies(condition: Schema, node: SpecNode): boolean {
  if (condition.type === 'object' && node.kind !== 'map') return false;
  if (condition.type === 'array' && node.kind !== 'list') return false;
  return (condition.required ?? []).every((key) => {
    const wanted = condition.properties?.[key]?.const;
    const value = childOf(node, key);
    return (
      value !== undefined && (wanted === undefined || (value.kind === 'scalar' && value.value === wanted))
    );
  });
}

/**
 * The schemas that may describe a value: the schema itself, and what its `if` chooses. Without a value, or with
 * `every`, both branches.
 */
export function alternatives(schema: Schema, root: Schema, node?: SpecNode, every = false): Schema[] {
  const self = resolved(schema, root);
  const { if: condition, then: whenTrue, else: whenFalse, ...rest } = self;
  if (condition === undefined) return [self];
  const branches =
    node === undefined || every ? [whenTrue, whenFalse] : [satisfies(condition, node) ? whenTrue : whenFalse];
  return [
    rest,
    ...branches.flatMap((branch) => (branch === undefined ? [] : alternatives(branch, root, node, every))),
  ];
}

function childSchema(schema: Schema, step: string | number): Schema | undefined {
  if (typeof step === 'number') return schema.items;
  const own = schema.properties;
  if (own !== undefined && Object.hasOwn(own, step)) return own[step];
  for (const [pattern, value] of Object.entries(schema.patternProperties ?? {}))
    if (new RegExp(pattern).test(step)) return value;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** Every schema that may describe the value at a path; the value itself narrows the choice when it is there. */
export function schemasAt(root: Schema, path: NodePath, tree?: SpecNode, every = false): Schema[] {
  let current = alternatives(root, root, tree, every);
  path.forEach((step, index) => {
    const node = nodeAt(tree, path.slice(0, index + 1));
    current = current.flatMap((schema) => {
      const child = childSchema(schema, step);
      return child === undefined ? [] : alternatives(child, root, node, every);
    });
  });
  return current;
}

/** Keys that a map at a path may have, with their schemas (`$ref`s are resolved). */
export function keysAt(root: Schema, path: NodePath, tree?: SpecNode, every = false): Map<string, Schema> {
  const keys = new Map<string, Schema>();
  for (const schema of schemasAt(root, path, tree, every))
    for (const [key, value] of Object.entries(schema.properties ?? {}))
      if (!keys.has(key)) keys.set(key, resolved(value, root));
  return keys;
}

/** Documentation of the key or value at a path, as Markdown; the nearest description wins. */
export function describe(root: Schema, path: NodePath, tree?: SpecNode): string | undefined {
  const described = (every: boolean) =>
    schemasAt(root, path, tree, every).find(({ description }) => description !== undefined)?.description;
  return described(false) ?? described(true);
}

/** A schema's kind of value in words, for documentation. */
export function typeInWords(schema: Schema): string {
  if (schema.title !== undefined) return schema.title;
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  const words: Record<string, string> = {
    string: 'text',
    number: 'number',
    integer: 'whole number',
    boolean: 'true or false',
    array: 'list',
    object: 'map',
    null: 'empty',
  };
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.map((type) => words[type] ?? type).join(' or ');
}
