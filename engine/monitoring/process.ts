import { setTimeout as pause } from 'node:timers/promises';
import { errorData } from '../errors';
import { dueSince, nextDue } from './schedule';
import { loadedPipelines } from './pipelines';
import type { Monitors } from './service';
import { monitorFiles } from './store/files';
import { readChecks } from './store/history';
import { becomeScheduler, readRetrainings, writeRetrainings } from './store/scheduler';
import type { MonitorCheck } from './types';

export interface MonitorProcessOptions {
  root: string;
  monitors: Monitors;
  /** Ends the process; what is being done then is finished first. */
  signal: AbortSignal;
  /** One line for each thing that was done, and for what went wrong. */
  tell: (line: string) => void;
  /** Called once this process is the one that runs the schedules. */
  started?: () => void;
  /** Called after each check, with the monitor's spec. */
  checked?: (check: MonitorCheck, spec: string) => void;
}

/** Milliseconds after which specs are looked at again, also when nothing is due: they change. */
const look = 15_000;

interface Job {
  what: string;
  schedule: string;
  /** When it was last done. */
  last: number;
  run(due: number): Promise<void>;
}

/**
 * Runs the monitors and retraining policies of all specs on their schedules until the signal comes. What was due while no
 * process ran, or while the machine slept, is done once, at the first look after it.
 * @throws GalleyError `conflict` when another process does it already
 */
export async function runMonitorProcess(options: MonitorProcessOptions): Promise<void> {
  const { root, signal, tell } = options;
  const leave = await becomeScheduler(root);
  const startedAt = Date.now();
  options.started?.();
  try {
    while (!signal.aborted) {
      const jobs = await currentJobs(options, startedAt);
      for (const job of jobs) if (!signal.aborted) await runWhenDue(job, tell);
      if (!signal.aborted) await sleepUntilNext(jobs, signal);
    }
  } finally {
    await leave();
  }
}

async function runWhenDue(job: Job, tell: (line: string) => void): Promise<void> {
  try {
    const due = dueSince(job.schedule, job.last, Date.now());
    if (due !== undefined) await job.run(due);
  } catch (error) {
    tell(`${job.what}: ${errorData(error).message}`);
  }
}

async function sleepUntilNext(jobs: Job[], signal: AbortSignal): Promise<void> {
  const now = Date.now();
  const next = jobs.flatMap(({ schedule }) => {
    try {
      return nextDue(schedule, now) ?? [];
    } catch {
      // Told by the look itself, each time.
      return [];
    }
  });
  const wait = Math.max(50, Math.min(look, ...next.map((time) => time - now)));
  await pause(wait, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

async function currentJobs(options: MonitorProcessOptions, startedAt: number): Promise<Job[]> {
  const { root, monitors, tell } = options;
  const times = await readRetrainings(root);
  const jobs: Job[] = [];
  for (const pipeline of await loadedPipelines(root)) {
    for (const [name, { schedule }] of Object.entries(pipeline.spec.monitors)) {
      if (schedule === undefined) continue;
      const checks = await readChecks(monitorFiles(root, pipeline.file, name));
      jobs.push({
        what: `${pipeline.file} ${name}`,
        schedule,
        last: checks.at(-1)?.at ?? startedAt,
        run: async () => {
          const check = await monitors.check(pipeline.file, name);
          tell(`${pipeline.file} ${name}: ${checkSentence(check)}`);
          options.checked?.(check, pipeline.file);
        },
      });
    }
    for (const [name, { schedule }] of Object.entries(pipeline.spec.retraining)) {
      if (schedule === undefined) continue;
      const key = `${pipeline.file}#${name}`;
      times[key] ??= startedAt;
      jobs.push({
        what: `${pipeline.file} ${name}`,
        schedule,
        last: times[key],
        run: async (due) => {
          // Before the run: one that cannot start must not be tried at every look.
          times[key] = due;
          await writeRetrainings(root, times);
          const run = await monitors.retrain({ spec: pipeline.file, retraining: name });
          tell(`${pipeline.file} ${name}: started run ${run.runName}`);
        },
      });
    }
  }
  await writeRetrainings(root, times);
  return jobs;
}

/** What a check found, in a few words. */
export function checkSentence(check: MonitorCheck): string {
  const parts: string[] = [];
  const { drift, performance } = check;
  if (drift !== undefined)
    parts.push(
      `${drift.drifted ? 'drift' : 'no drift'}, ${drift.driftedColumns} of ${drift.columns.length} columns`,
    );
  if (performance !== undefined)
    parts.push(
      `${performance.metric} ${performance.value.toPrecision(4)}${performance.degraded ? ' (degraded)' : ''}`,
    );
  if (check.failure !== undefined) parts.push(`not checked: ${check.failure}`);
  return parts.join('; ');
}
