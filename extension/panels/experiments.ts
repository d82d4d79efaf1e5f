import path from 'node:path';
import * as vscode from 'vscode';
import type {
  ExperimentsState,
  FromExperimentsPage,
  ToExperimentsPage,
} from '../../webviews/experiments/contract';
import type { Engine } from '../engine-client';
import { savedFields, savedText, savedTexts, type Page, type Session } from './shell';

/** Runs sent to the table at most; reading windows of a longer list is the engine's own matter later. */
const mostRuns = 5000;

type ExperimentsSession = Session<ExperimentsState>;

function post(session: ExperimentsSession, message: ToExperimentsPage): Promise<void> {
  return session.post(message);
}

function restore(saved: unknown): ExperimentsState | undefined {
  const fields = savedFields(saved);
  const root = savedText(fields['root']);
  if (root === undefined) return undefined;
  return {
    // The rest is the page's own look, which it wrote and checks itself.
    ...(fields as Partial<ExperimentsState>),
    root,
    experimentIds: savedTexts(fields['experimentIds']),
    selectedRunIds: savedTexts(fields['selectedRunIds']),
    ...(Array.isArray(fields['onlyRunIds']) ? { onlyRunIds: savedTexts(fields['onlyRunIds']) } : {}),
  };
}

async function send(engine: Engine, session: ExperimentsSession): Promise<void> {
  const { root } = session.state;
  const experiments = await engine.request('experiments/list', { root });
  await post(session, { kind: 'state', state: session.state, experiments });
  // No experiment chosen means all of them.
  const chosen = session.state.experimentIds;
  const experimentIds = chosen.length > 0 ? chosen : experiments.map(({ id }) => id);
  const { runs, total } = await engine.request('runs/list', {
    root,
    experimentIds,
    limit: mostRuns,
    offset: 0,
  });
  await post(session, { kind: 'runs', runs, total });
}

/** The table of runs with its chart. */
export function experimentsPage(engine: Engine): Page<ExperimentsState, FromExperimentsPage> {
  return {
    name: 'experiments',
    icon: 'beaker',
    topics: ['runs', 'models'],
    title: ({ root, onlyRunIds }) =>
      onlyRunIds === undefined ? `Experiments: ${path.basename(root)}` : `Compare ${onlyRunIds.length} runs`,
    key: ({ root, onlyRunIds }) => JSON.stringify([root, onlyRunIds]),
    restore,
    send: (session) => send(engine, session),
    async receive(message, session) {
      const { root } = session.state;
      switch (message.kind) {
        case 'ready':
        case 'retry':
          return send(engine, session);
        case 'state': {
          const before = session.state.experimentIds.join();
          session.state = { ...message.state, root };
          // Other experiments have other runs.
          return before === session.state.experimentIds.join() ? undefined : send(engine, session);
        }
        case 'series': {
          const { runIds, keys } = message;
          const series = await engine.request('runs/series', { root, runIds, keys });
          return post(session, { kind: 'series', series });
        }
        case 'showLog':
          return command(session, 'galley.showLog', message.runId);
        case 'register':
          return command(session, 'galley.registerModel', message.runId, 'Registering');
        case 'stop':
          return command(session, 'galley.stopRun', message.runId, 'Stopping');
        case 'copy':
          return vscode.env.clipboard.writeText(message.text);
      }
    },
  };
}

async function command(session: ExperimentsSession, id: string, runId: string, what?: string): Promise<void> {
  if (what !== undefined) await post(session, { kind: 'busy', what });
  try {
    await vscode.commands.executeCommand(id, { root: session.state.root, runId });
  } finally {
    if (what !== undefined) await post(session, { kind: 'busy', what: null });
  }
}
