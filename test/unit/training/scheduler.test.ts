import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  inWords,
  runStages,
  type SchedulableStage,
  type ScheduleEvent,
  type StageOutcome,
} from '../../../engine/training/scheduler';

/** Random graphs without cycles: a stage depends only on stages before it. */
const graphs = fc
  .array(
    fc.record({ dependencies: fc.array(fc.nat(30), { maxLength: 4 }), turns: fc.nat(4), fails: fc.nat(9) }),
    {
      minLength: 1,
      maxLength: 25,
    },
  )
  .map((nodes) =>
    nodes.map((node, index) => ({
      name: `s${index}`,
      dependsOn: index === 0 ? [] : [...new Set(node.dependencies.map((other) => `s${other % index}`))],
      retries: 0,
      turns: node.turns,
      fails: node.fails === 0,
    })),
  );

const stage = (name: string, more: Partial<SchedulableStage> = {}): SchedulableStage => ({
  name,
  dependsOn: [],
  retries: 0,
  ...more,
});

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

const finished: StageOutcome = { status: 'finished' };

describe('scheduler', () => {
  it('starts nothing before its dependencies, keeps to the limit, runs each at most once, and ends all', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.integer({ min: 1, max: 5 }), async (stages, parallel) => {
        const done = new Set<string>();
        const executed: string[] = [];
        let running = 0;
        let failed = false;
        // An assertion within `execute` would only be the failure of that stage.
        const wrong: string[] = [];
        const results = await runStages(stages, {
          parallel,
          execute: async (one) => {
            if (failed) wrong.push(`${one.name} after a failure`);
            for (const name of one.dependsOn) if (!done.has(name)) wrong.push(`${one.name} before ${name}`);
            executed.push(one.name);
            running++;
            if (running > parallel) wrong.push(`${running} at a time`);
            for (let count = 0; count <= one.turns; count++) await turn();
            running--;
            if (one.fails) failed = true;
            else done.add(one.name);
            return one.fails ? { status: 'failed', reason: 'no' } : finished;
          },
        });
        assert.deepEqual(wrong, []);
        assert.equal(new Set(executed).size, executed.length);
        assert.deepEqual([...results.keys()].sort(), stages.map(({ name }) => name).sort());
        for (const { name, fails } of stages) {
          const status = results.get(name)?.status;
          if (executed.includes(name)) assert.equal(status, fails ? 'failed' : 'finished');
          else assert.equal(status, 'skipped');
        }
        if (!failed) assert.equal(executed.length, stages.length);
      }),
      { numRuns: 200 },
    );
  });

  it('really uses the places that it has', async () => {
    let running = 0;
    let most = 0;
    const all = gate();
    await runStages(
      ['a', 'b', 'c'].map((name) => stage(name)),
      {
        parallel: 3,
        execute: async () => {
          running++;
          most = Math.max(most, running);
          if (running === 3) all.open();
          await all.opened;
          return finished;
        },
      },
    );
    assert.equal(most, 3);
  });

  it('lets running stages finish after a failure, and says why the others were skipped', async () => {
    const other = gate();
    const results = await runStages([stage('bad'), stage('slow'), stage('after', { dependsOn: ['slow'] })], {
      parallel: 2,
      execute: async ({ name }) => {
        if (name === 'bad') return { status: 'failed', reason: 'exit 3', exitCode: 3 };
        await other.opened;
        return finished;
      },
      onEvent: (event) => {
        if (event.kind === 'ended' && event.stage === 'bad') other.open();
      },
    });
    assert.deepEqual(results.get('bad'), { status: 'failed', reason: 'exit 3', exitCode: 3, attempts: 1 });
    assert.equal(results.get('slow')?.status, 'finished');
    assert.deepEqual(results.get('after'), {
      status: 'skipped',
      reason: 'Stage bad failed before it.',
      attempts: 0,
    });
  });

  it('tries again as often as asked, and not when it is no use', async () => {
    const events: ScheduleEvent[] = [];
    let tries = 0;
    const results = await runStages([stage('flaky', { retries: 2 }), stage('missing', { retries: 5 })], {
      parallel: 1,
      execute: async ({ name }) => {
        if (name === 'missing') return { status: 'failed', reason: 'command not found', retry: false };
        return ++tries < 3 ? { status: 'failed', reason: `try ${tries}` } : finished;
      },
      onEvent: (event) => events.push(event),
    });
    assert.deepEqual(results.get('flaky'), { status: 'finished', attempts: 3 });
    assert.equal(results.get('missing')?.attempts, 1);
    assert.deepEqual(
      events.filter(({ kind, stage: name }) => kind === 'retrying' && name === 'flaky').length,
      2,
    );
  });

  it('ends a stage at its time-out, tries it again, and names the limit', async () => {
    const causes: unknown[] = [];
    const results = await runStages([stage('endless', { timeoutSeconds: 0.02, retries: 1 })], {
      parallel: 1,
      execute: (_stage, _attempt, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            causes.push(signal.reason);
            resolve({ status: 'failed', reason: 'killed' });
          });
        }),
    });
    assert.deepEqual(causes, ['timeout', 'timeout']);
    assert.equal(results.get('endless')?.status, 'failed');
    assert.match(results.get('endless')?.reason ?? '', /ran longer than its time-out of 0 s/);
  });

  it('cancels: running stages are killed without another try, waiting ones skipped', async () => {
    const cancel = new AbortController();
    const results = await runStages([stage('running', { retries: 3 }), stage('waiting')], {
      parallel: 1,
      signal: cancel.signal,
      execute: (_stage, _attempt, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ status: 'failed', reason: 'SIGTERM' }));
          cancel.abort();
        }),
    });
    assert.deepEqual(results.get('running'), {
      status: 'killed',
      reason: 'Stage running was stopped.',
      attempts: 1,
    });
    assert.equal(results.get('waiting')?.status, 'skipped');
  });

  it('makes an exception of a stage its failure, and a limit beyond 24 days no time-out at once', async () => {
    const results = await runStages([stage('a', { timeoutSeconds: 1e9 })], {
      parallel: 1,
      execute: async (_stage, _attempt, signal) => {
        for (let count = 0; count < 5; count++) await turn();
        assert.equal(signal.aborted, false);
        throw new Error('disk full');
      },
    });
    assert.match(results.get('a')?.reason ?? '', /disk full/);
  });

  it('says times in words', () => {
    assert.deepEqual([0.25, 59, 60, 7200, 5400].map(inWords), [
      '0.3 s',
      '59 s',
      '1 min',
      '2 h',
      '1 h 30 min',
    ]);
  });
});
