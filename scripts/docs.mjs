/**
 * Writes docs/pipeline-spec.md from schemas/galley.schema.json; with `--check`, exits 1 when the page is stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const page = path.join(root, 'docs/pipeline-spec.md');

const words = {
  string: 'text',
  number: 'number',
  integer: 'whole number',
  boolean: 'true or false',
  array: 'list',
  object: 'map',
};

function resolve(schema, spec) {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...own } = schema;
  return { ...resolve(spec.definitions[$ref.replace('#/definitions/', '')], spec), ...own };
}

/** All shapes that a value may have: both branches of every `if`. */
function shapes(schema, spec) {
  const whole = resolve(schema, spec);
  if (whole.if === undefined) return [whole];
  const branches = [whole.then, whole.else].filter((branch) => branch !== undefined);
  const own = whole.properties === undefined ? [] : [whole];
  return [...own, ...branches.flatMap((branch) => shapes(branch, spec))];
}

function kind(schema, spec) {
  const kinds = shapes(schema, spec).map((shape) => {
    if (shape.enum) return shape.enum.map((value) => `\`${value}\``).join(', ');
    if (shape.const !== undefined) return `\`${shape.const}\``;
    if (shape.type === 'array') return `list of ${kind(shape.items, spec)}`;
    if (shape.pattern && shape.title) return shape.title.startsWith('name:') ? 'name' : shape.title;
    if (shape.type === 'object' && typeof shape.additionalProperties === 'object')
      return `map of names to ${kind(shape.additionalProperties, spec)}`;
    const types = [shape.type].flat().filter((type) => type && type !== 'null');
    return types.map((type) => words[type]).join(', ');
  });
  return [...new Set(kinds.filter((text) => text !== ''))].join('; or ');
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function table(shape, spec) {
  const required = new Set(shape.required ?? []);
  const rows = Object.entries(shape.properties).map(([key, value]) => {
    const described = resolve(value, spec).description ?? '';
    const needed = required.has(key) ? 'yes' : '';
    return `| \`${key}\` | ${cell(kind(value, spec))} | ${needed} | ${cell(described)} |`;
  });
  return ['| key | value | required | what it is |', '|---|---|---|---|', ...rows].join('\n');
}

/** Tables of a schema and of the maps inside it, depth first. */
function tables(name, schema, spec, depth) {
  const parts = [];
  for (const shape of shapes(schema, spec)) {
    if (shape.properties === undefined) {
      if (typeof shape.additionalProperties === 'object')
        parts.push(...tables(`${name}.<name>`, shape.additionalProperties, spec, depth));
      continue;
    }
    const title = / (of|by) /.test(shape.title ?? '') ? ` (${shape.title})` : '';
    parts.push(`${'#'.repeat(Math.min(depth, 4))} \`${name}\`${title}`, table(shape, spec));
    for (const [key, value] of Object.entries(shape.properties))
      parts.push(...tables(`${name}.${key}`, value, spec, depth + 1));
  }
  return parts;
}

function render(spec) {
  const sections = Object.entries(spec.properties).filter(([, value]) => value.type?.includes?.('object'));
  const parts = [
    '# The pipeline spec',
    '<!-- Written by scripts/docs.mjs from schemas/galley.schema.json. Change the schema, then run `npm run docs`. -->',
    'A pipeline is one file, `galley.yaml` or `<name>.galley.yaml`. Paths are relative to its folder. A name starts with a letter and has letters, digits, `_` and `-`. A duration is written `2h`, `15m`, `10s` or `1h30m`. Values may hold references, `${{ … }}`: see [References](#references). What can be wrong with a file is told in [diagnostics.md](diagnostics.md).',
    '## At the top',
    table(spec, spec),
    'Keys that start with `x-` are ignored: a place for YAML anchors.',
  ];
  for (const [name, section] of sections) {
    const [heading, ...more] = tables(`${name}.<name>`, section.additionalProperties, spec, 3);
    const { description = '' } = resolve(section.additionalProperties, spec);
    parts.push(`## ${name}`, `${section.description} ${description}`.trim(), heading, ...more);
  }
  parts.push(references);
  return `${parts.join('\n\n')}\n`;
}

const references = `## References

\`\${{ … }}\` stands for a value. Only references stand between the braces: no functions and no operators. In \`run\` as a line, every value is quoted for the shell where it stands, bare or in quotes; in \`run\` as a list, nothing is quoted because there is no shell.

| reference | stands for | in |
|---|---|---|
| \`params.<name>\` | value of the param in this run | stages |
| \`datasets.<name>.path\` | path of the dataset (\`datasets.<name>\` is short for it) | stages, tests, serving |
| \`stages.<stage>.outputs.<name>\` | path of another stage's output | stages, tests, serving |
| \`outputs.<name>\` | path of the stage's own output | stages |
| \`env.<NAME>\` | environment variable of the machine that runs it | stages, tests, serving |
| \`run.id\`, \`run.name\` | the run | stages |
| \`model.path\`, \`model.name\`, \`model.version\` | the model version that is tested or served | tests, serving |
| \`port\` | port that the server must listen on | serving |

In \`inputs\`, and in \`reference\`, \`current\` and \`labels\` of monitors, references also stand without braces: \`datasets.<name>\`, \`stages.<stage>.outputs.<name>\`.

## Order of stages

A stage comes after another when it refers to one of its outputs, when one of its inputs is that output or inside it, when one of its inputs is a glob that the output matches, or when it uses a dataset whose path the other makes. Stages that wait for one another are an error.`;

const spec = JSON.parse(await readFile(path.join(root, 'schemas/galley.schema.json'), 'utf8'));
const rendered = render(spec);
if (process.argv.includes('--check')) {
  const current = await readFile(page, 'utf8').catch(() => '');
  if (current !== rendered) {
    console.error('docs/pipeline-spec.md is stale. Run `npm run docs`.');
    process.exitCode = 1;
  }
} else await writeFile(page, rendered);
