import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { openLocalStore, type LocalStore } from '../../engine/backends/local/store';
import { FilterError, parseFilter, parseOrder } from '../../engine/tracking/filter';
import { runContent } from '../unit/tracking/filters';
import { mlflowPackages, pythonWith, runPython } from './python';

/*
 * Not asked, because we differ on purpose. MLflow joins comparisons without AND between them, reads over an AND too many
 * and takes `params.` for a name; we refuse these. Its ILIKE knows the letters of ASCII only, and a number beyond the
 * doubles finds nothing, where ours finds infinite metrics.
 */

interface Query {
  filter: string;
  order: string[];
}

interface Answer {
  ids?: string[];
  refused?: string;
  /** MLflow raised something that is no refusal. */
  fell?: true;
}

const key = fc.constantFrom(
  'auc',
  'constructor',
  '`val loss`',
  '"val loss"',
  '`a/b`',
  '`ü`',
  'ü',
  '`nested.key`',
  'nested.key',
);
const text = fc.constantFrom(
  "'forest'",
  "'Forest'",
  '"100"',
  "'a%b'",
  "''",
  "'x_y'",
  '"it\'s"',
  "'[a]*?'",
  "'ÜBER'",
  "'😀'",
);
const pattern = fc.constantFrom(
  "'f%'",
  "'F%'",
  "'%o%'",
  "'_orest'",
  "'%'",
  "''",
  "'[a]%'",

  "'%*%'",
  '"%\'%"',
);
const number = fc.constantFrom('0', '1', '0.1', '-7', '100', '1e2', '.1', '1.5e-3', '1e308');
const space = fc.constantFrom(' ', '  ', '\n');
const comparison = fc
  .oneof(
    {
      weight: 3,
      arbitrary: fc.tuple(
        fc.constantFrom('metrics.', 'metric.').chain((prefix) => key.map((name) => prefix + name)),
        fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
        number,
      ),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(
        fc
          .constantFrom('params.', 'param.', 'parameter.', 'tags.', 'tag.')
          .chain((prefix) => key.map((name) => prefix + name)),
        fc.constantFrom('=', '!='),
        text,
      ),
    },
    fc.tuple(
      fc.constantFrom('params.auc', 'tags.constructor', 'tags."val loss"'),
      fc.constantFrom('LIKE', 'ILIKE', 'like', 'ilike'),
      pattern,
    ),
    fc.tuple(
      fc.constantFrom('params.auc', 'tags.constructor', 'params.`a/b`'),
      fc.constantFrom('IS NULL', 'IS NOT NULL', 'is null'),
      fc.constant(''),
    ),
    fc.tuple(
      fc.constantFrom(
        'run_name',
        'attributes.run_name',
        'attr.`Run name`',
        'status',
        'run.status',
        'user_id',
        'artifact_uri',
        'datasets.name',
        'dataset.digest',
        'datasets.context',
      ),
      fc.constantFrom('=', '!=', 'LIKE', 'ILIKE'),
      fc.oneof(text, pattern, fc.constantFrom("'FINISHED'", "'calm%'", "'training'")),
    ),
    fc.tuple(
      fc.constantFrom('datasets.name', 'dataset.digest', 'datasets.context', 'run_id', 'status'),
      fc.constantFrom('IN', 'NOT IN', 'in'),
      fc.constantFrom("('forest')", '(\'cards\', "forest")', "('100','abc',)", '()'),
    ),
    fc.tuple(
      fc.constantFrom('start_time', 'attributes.end_time', 'created', 'attribute.Created'),
      fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
      fc.constantFrom('0', '1777600000000', '17776e8'),
    ),
    // What MLflow refuses.
    {
      weight: 2,
      arbitrary: fc.tuple(
        fc.constantFrom(
          'metrics.auc',
          'params.auc',
          'tags.auc',
          'status',
          'start_time',
          'datasets.name',
          'datasets.source',
          'nope',
          'experiment_id',
          'duration',
          'model.a',
          'Metrics.auc',
          'metrics.val-loss',
          'params.a/b',
          'params.',
          '5',
          "'status'",
        ),
        fc.constantFrom('=', '>', 'LIKE', 'IN', '==', '~', 'IS NULL', 'IS', ''),
        fc.constantFrom("'x'", '5', 'x', '(1, 2)', '', '`x`', 'nan'),
      ),
    },
  )
  .chain(([left, operator, right]) =>
    space.map((blank) => [left, operator, right].filter((part) => part !== '').join(blank)),
  );
const filter = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(comparison, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' AND ')),
  },
  fc
    .tuple(comparison, fc.constantFrom(' OR ', ', ', ' and ', ' AND NOT ', '; '), comparison)
    .map((parts) => parts.join('')),
  comparison.map((inner) => `(${inner})`),
  fc.constantFrom('', 'metrics.auc>1', "params.auc='100'", "tags.auc IN ('100')"),
);
const order = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(
        'metrics.auc',
        'metrics.`val loss`',
        'params.auc',
        'tags.constructor',
        'start_time',
        'attributes.end_time',
        'run_name',
        'status',
        'metrics.nothing',
      ),
      fc.constantFrom('', ' ASC', ' DESC', ' desc'),
    ),
    { maxLength: 2, selector: ([field]) => field },
  )
  .map((clauses) => clauses.map((clause) => clause.join('')));

describe('run searches beside MLflow’s', function () {
  this.timeout(15 * 60_000);
  let python: string;
  let folder: string;
  let store: LocalStore;
  let experimentId: string;

  before(async () => {
    python = await pythonWith(mlflowPackages);
    folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-search-')));
    store = openLocalStore(folder);
    experimentId = (await store.tracking.createExperiment('all')).id;
    for (const content of fc.sample(runContent, { numRuns: 60, seed: 11 })) {
      const { id } = await store.tracking.createRun({
        experimentId,
        name: content.name,
        startedAt: content.startedAt,
        tags: {},
      });
      const metrics = Object.entries(content.values).map(([name, value]) => ({
        key: name,
        value,
        step: 0,
        timestamp: 1,
      }));
      await store.tracking.log(id, { metrics, params: content.params, tags: content.tags });
      await store.tracking.logDatasets(id, content.datasets);
      if (content.endedAt !== undefined)
        await store.tracking.updateRun(id, { status: 'FINISHED', endedAt: content.endedAt });
      if (content.deleted) await store.tracking.deleteRun(id);
    }
  });

  after(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function ours({ filter: wanted, order: clauses }: Query): Promise<Answer> {
    try {
      const node = parseFilter(wanted, { dialect: 'mlflow' });
      const { runs } = await store.tracking.runs({
        experimentIds: [experimentId],
        order: parseOrder(clauses, { dialect: 'mlflow' }),
        ...(node === undefined ? {} : { filter: node }),
      });
      return { ids: runs.map(({ id }) => id) };
    } catch (error) {
      if (error instanceof FilterError) return { refused: error.message };
      throw error;
    }
  }

  it('find the same runs in the same order, and refuse the same texts', async () => {
    const queries: Query[] = fc.sample(fc.record({ filter, order }), { numRuns: 600, seed: 5 });
    const file = path.join(folder, 'queries.json');
    await writeFile(file, JSON.stringify(queries));
    const theirs = JSON.parse(
      await runPython(
        python,
        'test/live/mlflow/search.py',
        [path.join(folder, 'mlflow.db'), file, experimentId],
        { cwd: folder },
      ),
    ) as Answer[];
    const different: unknown[] = [];
    let [found, refused] = [0, 0];
    for (const [index, query] of queries.entries()) {
      const [their, our] = [theirs[index] ?? {}, await ours(query)];
      if (their.ids !== undefined && their.ids.length > 0) found++;
      if (their.refused !== undefined) refused++;
      const same = their.ids === undefined ? our.refused !== undefined : our.ids?.join() === their.ids.join();
      if (!same)
        different.push({
          ...query,
          their: their.refused ?? `${their.ids?.length ?? 0} runs`,
          our: our.refused ?? `${our.ids?.length ?? 0} runs`,
        });
    }
    assert.deepEqual(different, []);
    assert.ok(found > 100 && refused > 100, `found ${found}, refused ${refused}`);
  });
});
