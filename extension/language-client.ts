import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { errorData } from '../engine/errors';
import { galleyFiles, isGalleyFile } from './spec-files';

/** The language server's client: the server starts with the first file that it looks after. */
export interface Language extends vscode.Disposable {
  /** Resolves when the server answers; undefined when no file has needed it so far. */
  readonly ready: Promise<LanguageClient> | undefined;
}

async function start(modulePath: string, log: vscode.LogOutputChannel): Promise<LanguageClient> {
  const { LanguageClient: Client, TransportKind } = await import('vscode-languageclient/node');
  const client = new Client(
    'galley',
    'Galley',
    {
      module: modulePath,
      transport: TransportKind.ipc,
      options: { execArgv: ['--disable-warning=ExperimentalWarning'] },
    },
    {
      documentSelector: galleyFiles,
      outputChannel: log,
      synchronize: {
        fileEvents: vscode.workspace.createFileSystemWatcher('**/{galley.yaml,*.galley.yaml,backends.yaml}'),
      },
    },
  );
  await client.start();
  return client;
}

export function createLanguage(modulePath: string, log: vscode.LogOutputChannel): Language {
  let ready: Promise<LanguageClient> | undefined;
  const need = (document: vscode.TextDocument): void => {
    if (ready !== undefined || !isGalleyFile(document.uri)) return;
    ready = start(modulePath, log);
    ready.catch((error: unknown) => {
      log.error(`The language server did not start: ${errorData(error).message}`);
    });
  };
  const listening = vscode.workspace.onDidOpenTextDocument(need);
  vscode.workspace.textDocuments.forEach(need);
  return {
    get ready() {
      return ready;
    },
    dispose() {
      listening.dispose();
      // The host waits some seconds for it when the window closes; a server that never started needs no stop.
      void ready?.then((client) => client.dispose(2000)).catch(() => undefined);
    },
  };
}
