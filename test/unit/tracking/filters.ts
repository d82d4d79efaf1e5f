import fc from 'fast-check';
import type { DatasetInput, Run } from '../../../engine/tracking/types';

/** Names and values on which filters have gone wrong. */
const keys = ['auc', 'val loss', 'a/b', 'constructor', 'ü', 'nested.key', '1st'];
const texts = [
  'forest',
  'Forest',
  '',
  '100',
  '1e2',
  '0.1',
  'a%b',
  'x_y',
  "it's",
  'say "so"',
  '[a]*?',
  'ÜBER',
  '😀',
  '<b>',
];
const numbers = [0, -0, 1, 0.1, 100, -7, 5e-324, 1.7976931348623157e308];

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
const name = (prefix: string, key: string) =>
  /^[a-z_.]+$/.test(key) ? `${prefix}.${key}` : `${prefix}.\`${key}\``;

const numeral = fc
  .constantFrom(...numbers, Infinity, -Infinity)
  .map((value) => (Number.isFinite(value) ? String(value) : value < 0 ? '-inf' : 'inf'));
const literal = fc.constantFrom(...texts).map(quote);
const pattern = fc
  .array(fc.constantFrom('%', '_', 'f', 'o', 'F', 'a', '[', '*', '?', 'ü', '😀', '.'), { maxLength: 5 })
  .map((parts) => quote(parts.join('')));
const comparator = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');

const textComparison = (left: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.tuple(left, comparator, fc.oneof(literal, numeral)),
    fc.tuple(left, fc.constantFrom('LIKE', 'ILIKE', 'NOT LIKE', 'CONTAINS', 'NOT CONTAINS'), pattern),
    fc.tuple(left, fc.constantFrom('~', '!~', '~*'), fc.constantFrom("'^f'", "'o+'", "'ü'", "''", "'^.$'")),
    fc.tuple(
      left,
      fc.constantFrom('IN', 'NOT IN'),
      fc
        .array(fc.oneof(literal, numeral), { minLength: 1, maxLength: 3 })
        .map((items) => `(${items.join(', ')})`),
    ),
    fc.tuple(left, fc.constantFrom('IS NULL', 'IS NOT NULL', 'is missing', 'is present'), fc.constant('')),
  );

const comparison = fc
  .oneof(
    fc.tuple(
      fc.constantFrom(...keys).map((key) => name('metrics', key)),
      comparator,
      numeral,
    ),
    fc.tuple(
      fc.constantFrom(...keys).map((key) => name('metrics', key)),
      fc.constantFrom('is missing', 'is present'),
      fc.constant(''),
    ),
    textComparison(
      fc
        .tuple(fc.constantFrom('params', 'tags'), fc.constantFrom(...keys))
        .map(([prefix, key]) => name(prefix, key)),
    ),
    textComparison(
      fc.constantFrom(
        'status',
        'name',
        'run_id',
        'user_id',
        'datasets.name',
        'datasets.digest',
        'datasets.context',
      ),
    ),
    fc.tuple(
      fc.constantFrom('start_time', 'ended'),
      comparator,
      fc.constantFrom('2026-05-01', "'2026-05-02 10:00'", 'today', 'now - 3d', '-12h', '1777600000000'),
    ),
    fc.tuple(fc.constant('duration'), comparator, fc.constantFrom('90s', '1h30m', '0ms', '2 d')),
    fc.tuple(
      fc.constantFrom('end_time', 'duration'),
      fc.constantFrom('is missing', 'is present'),
      fc.constant(''),
    ),
    fc.tuple(fc.constantFrom('otter', "'calm fox'", 'fox-11'), fc.constant(''), fc.constant('')),
  )
  .map((parts) => parts.filter((part) => part !== '').join(' '));

/** Texts of filters in Galley's dialect. */
export const filterText: fc.Arbitrary<string> = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    comparison,
    fc.tuple(tie('filter'), fc.constantFrom('AND', 'or'), tie('filter')).map((parts) => parts.join(' ')),
    tie('filter').map((inner) => `NOT (${inner})`),
    tie('filter').map((inner) => `( ${inner} )`),
  ),
})).filter;

export const orderText: fc.Arbitrary<string[]> = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(
        'metrics.auc',
        'metrics.`val loss`',
        'params.auc',
        'tags.auc',
        'start_time',
        'end_time',
        'name',
        'duration',
        'user',
      ),
      fc.constantFrom('', 'ASC', 'DESC'),
    ),
    { maxLength: 3, selector: ([field]) => field },
  )
  .map((clauses) => clauses.map((clause) => clause.join(' ').trim()));

/** The day that `now` is on in these tests: 5 May 2026. */
export const testNow = new Date(2026, 4, 5, 12).getTime();

const dataset: fc.Arbitrary<DatasetInput> = fc.record({
  name: fc.constantFrom('forest', 'cards'),
  digest: fc.constantFrom('100', 'abc'),
  sourceType: fc.constant('local'),
  source: fc.constant('{}'),
  tags: fc.oneof(
    fc.constant<Record<string, string>>({}),
    fc
      .constantFrom('training', 'forest')
      .map((context): Record<string, string> => ({ 'mlflow.data.context': context })),
  ),
});

/** What a run of the tests has; not what the store gives it. */
export type RunContent = Pick<Run, 'name' | 'startedAt' | 'params' | 'tags' | 'datasets'> & {
  endedAt?: number;
  values: Record<string, number>;
  deleted: boolean;
};

const records = <T>(values: fc.Arbitrary<T>) =>
  fc.dictionary(fc.constantFrom(...keys), values, { maxKeys: 5 });

export const runContent: fc.Arbitrary<RunContent> = fc
  .record({
    name: fc.constantFrom('calm-otter-1', 'calm fox', 'Fox-11', 'forest'),
    startedAt: fc.constantFrom(
      0,
      testNow - 86_400_000,
      testNow - 3 * 86_400_000,
      new Date(2026, 4, 1, 10).getTime(),
    ),
    length: fc.option(fc.constantFrom(0, 90_000, 5_400_000, 172_800_000), { nil: undefined }),
    params: records(fc.constantFrom(...texts)),
    tags: records(fc.constantFrom(...texts)),
    values: records(fc.constantFrom(...numbers, Number.NaN, Infinity, -Infinity)),
    datasets: fc.uniqueArray(dataset, {
      maxLength: 2,
      selector: ({ name: set, digest }) => `${set} ${digest}`,
    }),
    deleted: fc.boolean(),
  })
  .map(({ length, ...run }) => (length === undefined ? run : { ...run, endedAt: run.startedAt + length }));
