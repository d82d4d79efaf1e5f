import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { openLocalStore } from '../../../engine/backends/local/store';
import { columnsOf, textAt } from '../../../engine/tracking/columns';
import { parseFilter, parseOrder } from '../../../engine/tracking/filter';
import { runContent } from './filters';
import { temporaryFolder } from './folder';

describe('runs column by column', function () {
  this.timeout(30_000);

  it('are the same as one by one: values to the last bit, NaN and absence, order and filter', async () => {
    const { folder, remove } = await temporaryFolder();
    const { tracking, close } = openLocalStore(folder);
    try {
      const { id: experimentId } = await tracking.createExperiment('all');
      const doubles = fc.sample(fc.double(), { numRuns: 40, seed: 3 });
      for (const [at, content] of fc.sample(runContent, { numRuns: 40, seed: 13 }).entries()) {
        const { id } = await tracking.createRun({
          experimentId,
          name: content.name,
          startedAt: content.startedAt,
          tags: {},
        });
        const values = { ...content.values, any: doubles[at] ?? 0, third: at / 3, __proto__key: at };
        const metrics = Object.entries(values).map(([key, value]) => ({ key, value, step: 0, timestamp: 1 }));
        await tracking.log(id, {
          metrics: [...metrics, { key: '__proto__', value: at, step: 0, timestamp: 1 }],
          params: content.params,
          tags: content.tags,
        });
        if (content.endedAt !== undefined) await tracking.updateRun(id, { endedAt: content.endedAt });
        if (content.deleted) await tracking.deleteRun(id);
      }
      const filter = parseFilter('metrics.third > 2 and not (status = FAILED)');
      assert.ok(filter);
      const sortedMaps = ({ metrics, params, tags, ...rest }: ReturnType<typeof columnsOf>) => ({
        ...rest,
        metrics: new Map([...metrics].sort()),
        params: [...params]
          .map(([key, column]) => [key, Array.from(column.codes, (_, at) => textAt(column, at))])
          .sort(),
        tags: [...tags]
          .map(([key, column]) => [key, Array.from(column.codes, (_, at) => textAt(column, at))])
          .sort(),
      });
      for (const query of [
        { experimentIds: [experimentId] },
        {
          experimentIds: [experimentId],
          includeDeleted: true,
          order: parseOrder(['metrics.auc DESC', 'params.auc']),
        },
        { experimentIds: [experimentId], filter, oldestFirst: true },
        {
          experimentIds: [experimentId],
          metrics: ['third', 'nothing'],
          params: [],
          tags: ['mlflow.runName'],
        },
        { experimentIds: [] },
      ]) {
        const { runs } = await tracking.runs(query);
        const columns = await tracking.runColumns(query);
        assert.deepEqual(sortedMaps(columns), sortedMaps(columnsOf(runs, query)));
      }
    } finally {
      await close();
      await remove();
    }
  });
});
