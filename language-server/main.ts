import {
  DidChangeWatchedFilesNotification,
  ProposedFeatures,
  TextDocumentSyncKind,
  TextDocuments,
  createConnection,
} from 'vscode-languageserver/node';
import type { InitializeParams, InitializeResult } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { completionsAt } from './completion';
import { definitionsAt } from './definition';
import { diagnosticsOf } from './diagnostics';
import { symbolsOf } from './document-symbols';
import { hoverAt } from './hover';
import { referencesAt } from './references';
import { fileKind, filePath, projectRoot, readDocument } from './spec-document';
import type { SpecDocument } from './spec-document';

const transports = ['--stdio', '--node-ipc', '--pipe', '--socket'];
if (!process.argv.some((argument) => transports.some((name) => argument.startsWith(name))))
  process.argv.push(process.send === undefined ? '--stdio' : '--node-ipc');

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);
const analysed = new Map<string, { version: number; document: SpecDocument }>();
let folders: string[] = [];
let canWatch = false;
let foldersChange = false;

/** The newest version of an open document, analysed; each version once. */
function current(uri: string): SpecDocument | undefined {
  const open = documents.get(uri);
  const kind = fileKind(uri);
  if (open === undefined || kind === undefined) return undefined;
  const known = analysed.get(uri);
  if (known?.version === open.version) return known.document;
  const document = readDocument(uri, kind, open.getText(), projectRoot(uri, folders), known?.document);
  analysed.set(uri, { version: open.version, document });
  return document;
}

/** Answers a request about a document; a fault is logged and answered with nothing, so that editing goes on. */
function answer<T>(uri: string, what: string, otherwise: T, feature: (document: SpecDocument) => T): T {
  try {
    const document = current(uri);
    return document === undefined ? otherwise : feature(document);
  } catch (error) {
    connection.console.error(
      `${what} of ${uri} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return otherwise;
  }
}

const waiting = new Set<string>();

/** Sends diagnostics of the newest text: changes that arrive together are one analysis. */
function publish(uri: string): void {
  if (waiting.has(uri) || fileKind(uri) === undefined) return;
  waiting.add(uri);
  setImmediate(() => {
    waiting.delete(uri);
    const version = documents.get(uri)?.version;
    if (version === undefined) return;
    const diagnostics = answer(uri, 'Diagnostics', [], diagnosticsOf);
    void connection.sendDiagnostics({ uri, version, diagnostics });
  });
}

function reanalyseAll(): void {
  analysed.clear();
  for (const { uri } of documents.all()) publish(uri);
}

connection.onInitialize((params: InitializeParams): InitializeResult => {
  folders = (params.workspaceFolders ?? []).flatMap(({ uri }) => filePath(uri) ?? []);
  canWatch = params.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
  foldersChange = params.capabilities.workspace?.workspaceFolders === true;
  return {
    serverInfo: { name: 'Galley' },
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      hoverProvider: true,
      completionProvider: { triggerCharacters: ['.', '{', ' '] },
      documentSymbolProvider: true,
      definitionProvider: true,
      referencesProvider: true,
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
  };
});

connection.onInitialized(() => {
  // Which backends are connected decides what a spec may name.
  if (canWatch)
    void connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [{ globPattern: '**/.galley/backends.yaml' }],
    });
  if (!foldersChange) return;
  connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
    const gone = new Set(removed.map(({ uri }) => filePath(uri)));
    folders = [
      ...folders.filter((folder) => !gone.has(folder)),
      ...added.flatMap(({ uri }) => filePath(uri) ?? []),
    ];
    reanalyseAll();
  });
});

connection.onDidChangeWatchedFiles(reanalyseAll);
documents.onDidChangeContent(({ document }) => {
  publish(document.uri);
});
documents.onDidSave(({ document }) => {
  if (fileKind(document.uri) === 'backends') reanalyseAll();
});
documents.onDidClose(({ document }) => {
  analysed.delete(document.uri);
  if (fileKind(document.uri) !== undefined)
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
});

connection.onHover(({ textDocument: { uri }, position }) =>
  answer(uri, 'Hover', null, (document) => hoverAt(document, position) ?? null),
);
connection.onCompletion(({ textDocument: { uri }, position }) =>
  answer(uri, 'Completion', [], (document) => completionsAt(document, position)),
);
connection.onDocumentSymbol(({ textDocument: { uri } }) => answer(uri, 'Outline', [], symbolsOf));
connection.onDefinition(({ textDocument: { uri }, position }) =>
  answer(uri, 'Definition', [], (document) => definitionsAt(document, position)),
);
connection.onReferences(({ textDocument: { uri }, position, context }) =>
  answer(uri, 'References', [], (document) => referencesAt(document, position, context.includeDeclaration)),
);

documents.listen(connection);
connection.listen();
