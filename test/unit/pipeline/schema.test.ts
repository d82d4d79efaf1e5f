import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { describe, it } from 'mocha';
import { parse } from 'yaml';
import { schemas } from '../../../engine/pipeline/schema-walk';
import type { Schema } from '../../../engine/pipeline/schema-walk';

/** Every schema below one, with where it is. */
function* inside(schema: Schema, at: string): Generator<[string, Schema]> {
  yield [at, schema];
  const children: [string, unknown][] = [
    ...Object.entries(schema.properties ?? {}).map(([key, value]): [string, unknown] => [
      `${at}.${key}`,
      value,
    ]),
    ...Object.entries(schema.definitions ?? {}).map(([key, value]): [string, unknown] => [
      `${at}#${key}`,
      value,
    ]),
    ...(['additionalProperties', 'items', 'then', 'else'] as const).map((key): [string, unknown] => [
      at,
      schema[key],
    ]),
  ];
  for (const [where, child] of children)
    if (typeof child === 'object' && child !== null) yield* inside(child, where);
}

describe('schemas', function () {
  this.timeout(0);

  for (const [name, schema] of Object.entries(schemas))
    it(`has a description for every key of ${name}, and closes every map`, () => {
      for (const [at, part] of inside(schema, name)) {
        if (part.properties === undefined) continue;
        assert.equal(part.additionalProperties, false, at);
        for (const [key, value] of Object.entries(part.properties))
          assert.ok(value.description, `${at}.${key}`);
      }
    });

  it('is taken by other validators as it is, and takes the example', () => {
    const data: unknown = parse(readFileSync(path.resolve('examples/card-fraud/galley.yaml'), 'utf8'));
    const validate = new Ajv({ allowUnionTypes: true }).compile(schemas.spec);
    assert.equal(validate(data), true, JSON.stringify(validate.errors));
    assert.equal(validate({ version: 1, name: 'x', stages: { a: { run: 3 } } }), false);
  });

  it('is what the documentation says', () => {
    execFileSync(process.execPath, ['scripts/docs.mjs', '--check'], { stdio: 'pipe' });
  });
});
