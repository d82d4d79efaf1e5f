import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { findSpecFiles } from './pipeline/load';
import { seemsAlive } from './processes/identity';
import type { Project } from './project';
import type { ChangeTopic } from './protocol';
import type { RunState } from './training/types';

/** Notices changes made by other processes (runs, serve processes, notebooks, the terminal, git). */
export interface ProjectWatch {
  /** Looks sooner than the next turn, e.g. after a request that may have changed something. */
  nudge(): void;
  dispose(): void;
}

/** Milliseconds between looks. Polling, because SQLite's WAL and atomic renames defeat file watchers on some systems. */
const interval = 1000;
const ledgerInterval = 30_000;

async function stamp(file: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(file);
    return `${mtimeMs}:${size}`;
  } catch {
    return '-';
  }
}

/** A mark of the given file in every folder below `folder`, e.g. each run's state. */
async function stamps(folder: string, file: string): Promise<string> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return '-';
  }
  // Only the newest can still change, but names carry no time; a few thousand stats take some milliseconds.
  const marks = await Promise.all(
    names.map(async (name) => `${name}=${await stamp(path.join(folder, name, file))}`),
  );
  return createHash('sha256').update(marks.sort().join('\n')).digest('hex');
}

/** A mark per source of change, and the topics that it may change. */
async function look(project: Project): Promise<{ mark: string; topics: ChangeTopic[] }[]> {
  const galley = path.join(project.root, '.galley');
  const specs = await findSpecFiles(project.root);
  const [store, runs, serving, spec, backends, monitors, ledger] = await Promise.all([
    project.tracking.revision(),
    stamps(path.join(galley, 'runs'), 'state.json'),
    stamps(path.join(galley, 'serving'), 'state.json'),
    Promise.all(specs.map(async (file) => `${file}=${await stamp(path.join(project.root, file))}`)),
    stamp(path.join(galley, 'backends.yaml')),
    monitorMark(path.join(galley, 'monitors')),
    project.deployments.events().then(
      (events) => events.at(-1)?.id ?? '-',
      () => '-',
    ),
  ]);
  return [
    { mark: store, topics: ['runs', 'models'] },
    { mark: runs, topics: ['runs', 'pipelines'] },
    { mark: serving, topics: ['deployments'] },
    { mark: spec.join('\n'), topics: ['pipelines', 'deployments', 'monitors'] },
    { mark: backends, topics: ['backends'] },
    { mark: monitors, topics: ['monitors'] },
    { mark: ledger, topics: ['deployments', 'models'] },
  ];
}

async function monitorMark(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const marks = await Promise.all(names.map((name) => stamps(path.join(folder, name), 'checks.jsonl')));
  const alerts = await Promise.all(names.map((name) => stamps(path.join(folder, name), 'alerts.json')));
  return [...marks, ...alerts].join('\n');
}

/**
 * Watches a project until disposed.
 * @param changed called with the topics that may have changed, at most once a turn
 * @param warn called with a message when looking itself fails; looking goes on
 */
export function watchProject(
  project: Project,
  changed: (topics: ChangeTopic[]) => void,
  warn: (message: string) => void,
): ProjectWatch {
  let last: string[] | undefined;
  let looking = false;
  let again = false;
  let disposed = false;
  let lastWarning = '';
  let ledgerAt = 0;
  let running: RunState[] = [];

  async function readRunning(): Promise<void> {
    running = (await project.training.runs()).filter(({ status }) => status === 'RUNNING');
  }

  /** The death of a run process leaves no mark on disk; reading the runs settles its run, and that does. */
  async function settleDeadRuns(): Promise<void> {
    const alive = await Promise.all(running.map((run) => seemsAlive(run.process)));
    if (alive.includes(false)) await readRunning();
  }

  async function turn(): Promise<void> {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      if (Date.now() - ledgerAt > ledgerInterval) {
        ledgerAt = Date.now();
        await project.deployments.refresh();
      }
      await settleDeadRuns();
      const seen = await look(project);
      // The first look comes after the ledger was brought, so answers given before it may be old: all is told anew.
      const topics = new Set(
        seen.flatMap(({ mark, topics }, index) => (last?.[index] === mark ? [] : topics)),
      );
      last = seen.map(({ mark }) => mark);
      lastWarning = '';
      if (topics.size > 0 && !disposed) changed([...topics]);
      if (topics.has('runs')) await readRunning();
    } catch (error) {
      const message = `watching ${project.root}: ${error instanceof Error ? error.message : String(error)}`;
      if (message !== lastWarning) warn(message);
      lastWarning = message;
    } finally {
      looking = false;
      if (again && !disposed) {
        again = false;
        void turn();
      }
    }
  }

  const timer = setInterval(() => void turn(), interval);
  void turn();
  return {
    nudge: () => void turn(),
    dispose: () => {
      disposed = true;
      clearInterval(timer);
    },
  };
}
