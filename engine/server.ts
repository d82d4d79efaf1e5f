import { realpath } from 'node:fs/promises';
import path from 'node:path';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { errorData } from './errors';
import { cliLauncher } from './processes/cli';
import { hideSqliteWarning } from './processes/warnings';
import { openProject, type Project } from './project';
import type { EngineNotifications, EngineRequests } from './protocol';
import { requestHandlers } from './requests';
import { watchProject, type ProjectWatch } from './watch';

/**
 * Composition root of the engine server: one process per window, forked by the extension with Node IPC. It opens a
 * project per folder on first mention and tells when something in it may have changed.
 */
interface OpenProject {
  project: Project;
  watch: ProjectWatch;
}

hideSqliteWarning();
const launcher = cliLauncher(path.join(__dirname, 'galley.js'));
const projects = new Map<string, Promise<OpenProject>>();
const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

function notify<N extends keyof EngineNotifications>(name: N, params: EngineNotifications[N]): void {
  connection.sendNotification(name, params).catch(() => process.exit(0));
}

async function open(root: string): Promise<OpenProject> {
  const project = await openProject(await realpath(root), launcher);
  const watch = watchProject(
    project,
    (topics) => notify('changed', { root, topics }),
    (message) => notify('log', { level: 'warn', message }),
  );
  return { project, watch };
}

function projectOf(root: string): Promise<OpenProject> {
  const known = projects.get(root);
  if (known !== undefined) return known;
  const opening = open(root);
  projects.set(root, opening);
  opening.catch(() => projects.delete(root));
  return opening;
}

function register<M extends keyof EngineRequests>(method: M): void {
  connection.onRequest(method, async (params: EngineRequests[M]['params']) => {
    try {
      const { root, ...rest } = params;
      const { project, watch } = await projectOf(root);
      const result = await requestHandlers[method](project, rest);
      watch.nudge();
      return result;
    } catch (error) {
      const data = errorData(error);
      notify('log', { level: 'error', message: `${method}: ${data.message} ${data.detail ?? ''}`.trim() });
      return new ResponseError(-32000, data.message, data);
    }
  });
}

for (const method of Object.keys(requestHandlers) as (keyof EngineRequests)[]) register(method);

async function shutDown(): Promise<void> {
  const open = await Promise.allSettled(projects.values());
  for (const entry of open) {
    if (entry.status !== 'fulfilled') continue;
    entry.value.watch.dispose();
    await entry.value.project.close();
  }
  process.exit(0);
}

// The window is gone: detached runs and serve processes go on, this process does not.
process.on('disconnect', () => void shutDown());
process.on('SIGTERM', () => void shutDown());
connection.listen();
