import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { sameParam } from '../../../engine/training/logged';
import { parseMetrics, readMetricsFile } from '../../../engine/training/metrics-file';
import { readLog } from '../../../engine/training/run-log';
import { replaceJson } from '../../../engine/project-files/replace-file';
import { readState, stateWriter } from '../../../engine/training/state';
import type { RunState } from '../../../engine/training/types';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'galley-training-'));
});
after(() => rm(folder, { recursive: true, force: true }));

describe('metrics file', () => {
  it('takes numbers of flat and nested maps, and the numbers of Python that JSON has not', () => {
    const text =
      '\uFEFF{"auc": 0.9, "by": {"country": {"MT": NaN, "note": "NaN"}}, "loss": -Infinity, "ok": true, "list": [1], "none": null}';
    assert.deepEqual(Object.fromEntries(parseMetrics(text)), {
      auc: 0.9,
      'by.country.MT': NaN,
      loss: -Infinity,
    });
  });

  it('reads what JSON writes, whatever the names', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
        (map) => {
          const flat = Object.fromEntries(Object.entries(map).map(([key, value]) => [key, value + 0]));
          assert.deepEqual(
            Object.fromEntries(parseMetrics(JSON.stringify(flat))),
            JSON.parse(JSON.stringify(flat)),
          );
        },
      ),
    );
  });

  it('says what is wrong with a file', async () => {
    const file = path.join(folder, 'metrics.json');
    await assert.rejects(readMetricsFile(file, 'metrics.json'), { code: 'not-found' });
    for (const text of ['', '[1, 2]', '{"a": ', '3']) {
      await writeFile(file, text);
      await assert.rejects(readMetricsFile(file, 'metrics.json'), (error: Error) => {
        assert.match(error.message, /^The metrics file metrics\.json is not usable: /);
        return true;
      });
    }
  });
});

describe('params that a stage logs again', () => {
  it('are the same when Python only writes them otherwise', () => {
    for (const [value, text] of [
      [1, '1.0'],
      [0.00001, '1e-05'],
      [true, 'True'],
      ['a', 'a'],
    ] as const)
      assert.ok(sameParam(value, text), text);
    for (const [value, text] of [
      [0, ''],
      [1, '2'],
      [true, '1'],
      ['1', '1.0'],
      [undefined, 'x'],
    ] as const)
      assert.ok(!sameParam(value, text), text);
  });
});

describe('run log', () => {
  it('gives the whole text back piece by piece, whatever the sizes, and never half a character', async () => {
    const file = path.join(folder, 'run.log');
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        async (text, limit) => {
          await writeFile(file, text);
          let read = '';
          let offset = 0;
          for (;;) {
            const part = await readLog(file, offset, limit, true);
            assert.ok(!part.text.includes('\uFFFD'));
            read += part.text;
            offset = part.next;
            if (part.next >= part.size) break;
          }
          assert.equal(read, text);
          const end = await readLog(file, -limit, limit + 3, true);
          assert.ok(text.endsWith(end.text) && !end.text.includes('\uFFFD'));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('waits for the rest of a character while the run goes on', async () => {
    const file = path.join(folder, 'half.log');
    await writeFile(file, Buffer.from('aé').subarray(0, 2));
    assert.deepEqual(await readLog(file, 0, 100, false), { text: 'a', next: 1, size: 2 });
    assert.deepEqual(await readLog(file, 0, 100, true), { text: 'a\uFFFD', next: 2, size: 2 });
    assert.deepEqual(await readLog(file, 99, 100, true), { text: '', next: 2, size: 2 });
    assert.deepEqual(await readLog(path.join(folder, 'none'), 0, 100, true), { text: '', next: 0, size: 0 });
  });
});

describe('run state', () => {
  const state = (runName: string): RunState => ({
    runId: 'a'.repeat(32),
    experimentId: '1',
    runName,
    pipeline: 'p',
    spec: 'galley.yaml',
    status: 'RUNNING',
    params: {},
    stages: [],
    startedAt: 1,
    process: { pid: 1, started: '1' },
  });

  it('is read whole at every moment while it is replaced, and ends as the last one', async () => {
    const file = path.join(folder, 'state.json');
    await replaceJson(file, state('first'));
    const writer = stateWriter(file);
    for (let index = 0; index < 300; index++) {
      writer.save(state(`name ${index} ${'x'.repeat(index * 50)}`));
      if (index % 3 === 0) assert.ok(await readState(file));
    }
    await writer.flush();
    assert.match((await readState(file))?.runName ?? '', /^name 299 /);
  });

  it('says that a damaged file is damaged', async () => {
    const file = path.join(folder, 'damaged.json');
    for (const text of ['', '{"runId": ', 'null', '[]', '{}']) {
      await writeFile(file, text);
      await assert.rejects(readState(file), { code: 'corrupt' }, text);
    }
  });
});
