import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type {
  ClientCapabilities,
  CompletionItem,
  ConfigurationParams,
  Diagnostic,
  DocumentSymbol,
  Hover,
  InitializeResult,
  Location,
  Position,
  PublishDiagnosticsParams,
} from 'vscode-languageserver-protocol';
import { StreamMessageReader, StreamMessageWriter, createMessageConnection } from 'vscode-jsonrpc/node';

/** Builds the server into a folder of its own, as the extension's build does. */
export async function buildServer(folder: string): Promise<string> {
  const outfile = path.join(folder, 'language-server.js');
  const esbuild = path.resolve('node_modules/.bin', process.platform === 'win32' ? 'esbuild.cmd' : 'esbuild');
  const options = [
    '--bundle',
    '--platform=node',
    '--target=node22',
    '--format=cjs',
    '--main-fields=module,main',
    '--conditions=import',
    '--define:import.meta.url=bundleUrl',
    `--inject:${path.resolve('scripts/bundle-url.mjs')}`,
  ];
  await promisify(execFile)(esbuild, ['language-server/main.ts', `--outfile=${outfile}`, ...options], {
    shell: process.platform === 'win32',
  });
  return outfile;
}

/** A real client of a real server process over stdio. */
export interface Client {
  /** Address of a file in the workspace folder. */
  uri(file: string): string;
  root: string;
  capabilities: InitializeResult['capabilities'];
  open(uri: string, text: string): Promise<Diagnostic[]>;
  /** Replaces a range, and answers the diagnostics of the new text. */
  change(uri: string, range: { start: Position; end: Position }, text: string): Promise<Diagnostic[]>;
  /** Waits for the next diagnostics of a file after an action. */
  diagnosticsAfter(uri: string, act: () => Promise<void>): Promise<Diagnostic[]>;
  notify(method: string, params: unknown): Promise<void>;
  /** Sends any request. */
  request<T>(method: string, params: unknown): Promise<T>;
  /** Opens a text without waiting for diagnostics, for clients that ask for them. */
  show(uri: string, text: string): Promise<void>;
  hover(uri: string, position: Position): Promise<Hover | null>;
  complete(uri: string, position: Position): Promise<CompletionItem[]>;
  symbols(uri: string): Promise<DocumentSymbol[]>;
  definition(uri: string, position: Position): Promise<Location[]>;
  references(uri: string, position: Position): Promise<Location[]>;
  close(): Promise<void>;
}

/** How a client differs from one that can do nothing but the least. */
export interface ClientOptions {
  capabilities?: ClientCapabilities;
  initializationOptions?: unknown;
  /** Answers to `workspace/configuration` by section. */
  settings?: Record<string, unknown>;
}

/** Starts the server and initialises it with an empty workspace folder. */
export async function startClient(serverFile: string, options: ClientOptions = {}): Promise<Client> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'galley-workspace-'));
  const server = spawn(process.execPath, [serverFile, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.on('exit', resolve));
  const connection = createMessageConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  const waiting = new Map<string, ((diagnostics: Diagnostic[]) => void)[]>();
  connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
    for (const resolve of waiting.get(params.uri)?.splice(0) ?? []) resolve(params.diagnostics);
  });
  connection.onRequest('workspace/configuration', ({ items }: ConfigurationParams) =>
    items.map(({ section }) => options.settings?.[section ?? ''] ?? null),
  );
  connection.onRequest('client/registerCapability', () => null);
  connection.onRequest('workspace/diagnostic/refresh', () => null);
  connection.listen();
  const uri = (file: string) => pathToFileURL(path.join(root, file)).href;
  const { capabilities } = await connection.sendRequest<InitializeResult>('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(root).href,
    workspaceFolders: [{ uri: pathToFileURL(root).href, name: 'test' }],
    capabilities: options.capabilities ?? {},
    initializationOptions: options.initializationOptions,
  });
  await connection.sendNotification('initialized', {});
  const diagnosticsAfter: Client['diagnosticsAfter'] = async (file, act) => {
    const next = new Promise<Diagnostic[]>((resolve) =>
      waiting.set(file, [...(waiting.get(file) ?? []), resolve]),
    );
    await act();
    return next;
  };
  let version = 1;
  const at = (file: string, position: Position) => ({ textDocument: { uri: file }, position });
  return {
    uri,
    root,
    capabilities,
    diagnosticsAfter,
    open: (file, text) =>
      diagnosticsAfter(file, () =>
        connection.sendNotification('textDocument/didOpen', {
          textDocument: { uri: file, languageId: 'yaml', version: version++, text },
        }),
      ),
    change: (file, range, text) =>
      diagnosticsAfter(file, () =>
        connection.sendNotification('textDocument/didChange', {
          textDocument: { uri: file, version: version++ },
          contentChanges: [{ range, text }],
        }),
      ),
    request: (method, params) => connection.sendRequest(method, params),
    show: (file, text) =>
      connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri: file, languageId: 'yaml', version: version++, text },
      }),
    notify: (method, params) => connection.sendNotification(method, params),
    hover: (file, position) => connection.sendRequest('textDocument/hover', at(file, position)),
    complete: (file, position) => connection.sendRequest('textDocument/completion', at(file, position)),
    symbols: (file) => connection.sendRequest('textDocument/documentSymbol', { textDocument: { uri: file } }),
    definition: (file, position) => connection.sendRequest('textDocument/definition', at(file, position)),
    references: (file, position) =>
      connection.sendRequest('textDocument/references', {
        ...at(file, position),
        context: { includeDeclaration: true },
      }),
    async close() {
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      await ended;
      connection.dispose();
      await rm(root, { recursive: true, force: true });
    },
  };
}
