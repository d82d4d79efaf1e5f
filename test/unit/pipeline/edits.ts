import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';

/** A real spec. */
export const example = readFileSync(path.resolve('examples/card-fraud/galley.yaml'), 'utf8');

/** Pieces of YAML that change how what is around them is read. */
const scraps = [
  '\t',
  ' ',
  '  ',
  '\n',
  '\r\n',
  '\r',
  '{',
  '}',
  '[',
  ']',
  ': ',
  '- ',
  '"',
  "'",
  '#',
  '&a ',
  '*a',
  '<<: *a',
  '? ',
  '| ',
  '>-\n',
  '---\n',
  '${{',
  '}}',
  '${{ params. }}',
  'é😀',
  '\0',
  '\uFEFF',
  'stages:',
  '\nstages:\n',
  '\nparams:\n  trees: 1\n',
  '__proto__: ',
  'constructor: {}',
  '!!set',
  '%YAML 1.1\n',
  'null',
];

/** A change of a text: some characters are removed and others put in. */
export interface Edit {
  at: number;
  remove: number;
  insert: string;
}

/** Changes such as people and their mistakes make. */
export const edits: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(example.length),
  remove: fc.oneof(fc.nat(4), fc.nat(200)),
  insert: fc.oneof(
    fc.constantFrom(...scraps),
    fc.tuple(fc.nat(example.length), fc.nat(120)).map(([from, length]) => example.slice(from, from + length)),
    fc.string({ maxLength: 6 }),
  ),
});

export function applyEdit(text: string, { at, remove, insert }: Edit): string {
  return text.slice(0, at) + insert + text.slice(at + remove);
}

/** A real file with pieces cut out, doubled, moved and scraps of YAML put in. */
export const mutated = fc
  .array(edits, { minLength: 1, maxLength: 6 })
  .map((changes) => changes.reduce(applyEdit, example));
