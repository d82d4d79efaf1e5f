import * as vscode from 'vscode';
import { GalleyError } from '../../engine/errors';
import type { FromMonitorPage, MonitorState, ToMonitorPage } from '../../webviews/monitor/contract';
import type { Engine } from '../engine-client';
import { savedFields, savedText, type Page, type Session } from './shell';

type MonitorSession = Session<MonitorState>;

function post(session: MonitorSession, message: ToMonitorPage): Promise<void> {
  return session.post(message);
}

async function find(engine: Engine, { root, spec, monitor }: MonitorState) {
  const all = await engine.request('monitors/list', { root });
  const status = all.find((candidate) => candidate.spec === spec && candidate.name === monitor);
  if (status !== undefined) return status;
  throw new GalleyError('not-found', `${spec} has no monitor ${monitor} any more.`, {
    remedy: 'Close this page, or add the monitor again.',
  });
}

async function send(engine: Engine, session: MonitorSession): Promise<void> {
  await post(session, { kind: 'monitor', status: await find(engine, session.state), state: session.state });
}

/** Runs a command about the monitor while the page says what goes on, then shows the new state. */
async function act(
  engine: Engine,
  session: MonitorSession,
  command: string,
  what: string,
  more: { alertId?: string; deployment?: string } = {},
): Promise<void> {
  const { root, spec, monitor } = session.state;
  await post(session, { kind: 'busy', what });
  try {
    await vscode.commands.executeCommand(command, { root, spec, monitor, ...more });
  } finally {
    await post(session, { kind: 'busy', what: null });
    await send(engine, session).catch((error: unknown) => session.fail(error));
  }
}

/** One monitor: its verdict, its history, and the drift of each column. */
export function monitorPage(engine: Engine): Page<MonitorState, FromMonitorPage> {
  return {
    name: 'monitor',
    icon: 'pulse',
    topics: ['monitors', 'deployments'],
    title: ({ monitor }) => `Monitor: ${monitor}`,
    key: ({ root, spec, monitor }) => JSON.stringify([root, spec, monitor]),
    restore: (saved) => {
      const fields = savedFields(saved);
      const root = savedText(fields['root']);
      const spec = savedText(fields['spec']);
      const monitor = savedText(fields['monitor']);
      if (root === undefined || spec === undefined || monitor === undefined) return undefined;
      const column = savedText(fields['column']);
      return { root, spec, monitor, ...(column === undefined ? {} : { column }) };
    },
    send: (session) => send(engine, session),
    async receive(message, session) {
      switch (message.kind) {
        case 'ready':
          return send(engine, session);
        case 'state':
          session.state = { ...message.state, root: session.state.root };
          return;
        case 'check':
          return act(engine, session, 'galley.checkDrift', 'Checking');
        case 'retrain':
          return act(engine, session, 'galley.retrain', 'Starting retraining');
        case 'rollback': {
          const { deployment } = await find(engine, session.state);
          if (deployment === undefined) return;
          return act(engine, session, 'galley.rollBackDeployment', 'Rolling back', { deployment });
        }
        case 'acknowledge':
          return act(engine, session, 'galley.acknowledgeAlert', 'Acknowledging', {
            alertId: message.alertId,
          });
      }
    },
  };
}
