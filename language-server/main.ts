import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  ProposedFeatures,
  ResponseError,
  TextDocuments,
  WatchKind,
  createConnection,
} from 'vscode-languageserver/node';
import type { InitializeParams, InitializeResult } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { incomingCalls, outgoingCalls, prepareCallsAt } from './call-hierarchy';
import { abilitiesOf, capabilitiesFor } from './capabilities';
import { codeActionsAt } from './code-actions/code-actions';
import { completionsAt } from './completion';
import { definitionsAt } from './definition';
import { diagnosticsOf } from './diagnostics';
import type { DiagnosticSettings } from './diagnostics';
import { highlightsAt } from './document-highlights';
import { linksOf } from './document-links';
import { symbolsOf } from './document-symbols';
import { foldingOf } from './folding';
import { formattingOf } from './formatting';
import { hoverAt } from './hover';
import { inlayHintsIn } from './inlay-hints';
import { answerPulls, pushDiagnostics } from './publishing';
import { referencesAt } from './references';
import { RenameError, renameAt, renameRangeAt } from './rename';
import { selectionRangesAt } from './selection-ranges';
import { semanticTokensOf } from './semantic-tokens';
import { readSeverities } from './settings';
import { fileKind, filePath, readDocument } from './spec-document';
import type { SpecDocument } from './spec-document';
import { Workspace } from './workspace';
import { workspaceSymbols } from './workspace-symbols';

const transports = ['--stdio', '--node-ipc', '--pipe', '--socket'];
if (!process.argv.some((argument) => transports.some((name) => argument.startsWith(name))))
  process.argv.push(process.send === undefined ? '--stdio' : '--node-ipc');

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);
const workspace = new Workspace(documents);
let abilities = abilitiesOf({});
let settings: DiagnosticSettings = {};

/** Answers a request about a document; a fault is logged and answered with nothing, so that editing goes on. */
function answer<T>(uri: string, what: string, otherwise: T, feature: (document: SpecDocument) => T): T {
  try {
    const document = workspace.document(uri);
    return document === undefined ? otherwise : feature(document);
  } catch (error) {
    if (error instanceof RenameError) throw new ResponseError(ErrorCodes.InvalidParams, error.message);
    connection.console.error(
      `${what} of ${uri} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return otherwise;
  }
}

const read = (uri: string) => answer(uri, 'Diagnostics', [], (document) => diagnosticsOf(document, settings));
const push = pushDiagnostics(connection, (uri) => documents.get(uri)?.version, read);

function publish(uri: string): void {
  if (!abilities.pullsDiagnostics) push(uri);
}

function publishAll(): void {
  if (abilities.pullsDiagnostics && abilities.refreshesDiagnostics)
    void connection.languages.diagnostics.refresh();
  for (const { uri } of documents.all()) publish(uri);
}

function filesChanged(): void {
  workspace.filesChanged();
  publishAll();
}

async function readSettings(): Promise<void> {
  if (!abilities.configures) return;
  const value: unknown = await connection.workspace.getConfiguration({
    section: 'galley.diagnostics.severity',
  });
  settings = { ...settings, severity: readSeverities(value) };
  publishAll();
}

/** The page that explains diagnostic codes, when it is installed beside the server. */
function documentation(options: unknown): DiagnosticSettings {
  const given = (options as { documentation?: unknown } | null | undefined)?.documentation;
  if (typeof given === 'string') return { page: given };
  const page = path.join(__dirname, '..', 'docs', 'diagnostics.md');
  return existsSync(page) ? { page: pathToFileURL(page).href } : {};
}

connection.onInitialize((params: InitializeParams): InitializeResult => {
  workspace.folders = (params.workspaceFolders ?? []).flatMap(({ uri }) => filePath(uri) ?? []);
  abilities = abilitiesOf(params.capabilities);
  workspace.isWatched = abilities.watchesFiles;
  settings = documentation(params.initializationOptions);
  return { serverInfo: { name: 'Galley' }, capabilities: capabilitiesFor(abilities) };
});

connection.onInitialized(() => {
  // Which backends are connected and which files are there decides what a spec may name.
  if (abilities.watchesFiles)
    void connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [
        { globPattern: '**/.galley/backends.yaml' },
        { globPattern: '**/*galley.yaml' },
        { globPattern: '**/*', kind: WatchKind.Create | WatchKind.Delete },
      ],
    });
  if (abilities.registersConfiguration)
    void connection.client.register(DidChangeConfigurationNotification.type, {
      section: 'galley.diagnostics',
    });
  void readSettings();
  // The first analysis compiles the schemas; a person should not wait for that.
  setImmediate(() => readDocument('', 'spec', 'version: 1\nname: first\n'));
  if (!abilities.changesFolders) return;
  connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
    const gone = new Set(removed.map(({ uri }) => filePath(uri)));
    workspace.folders = [
      ...workspace.folders.filter((folder) => !gone.has(folder)),
      ...added.flatMap(({ uri }) => filePath(uri) ?? []),
    ];
    filesChanged();
  });
});

connection.onDidChangeConfiguration(readSettings);
connection.onDidChangeWatchedFiles(filesChanged);
documents.onDidChangeContent(({ document }) => {
  publish(document.uri);
});
documents.onDidSave(({ document }) => {
  if (fileKind(document.uri) === 'backends') filesChanged();
});
documents.onDidClose(({ document }) => {
  workspace.close(document.uri);
  if (fileKind(document.uri) !== undefined && !abilities.pullsDiagnostics)
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
});

connection.onHover(({ textDocument: { uri }, position }) =>
  answer(uri, 'Hover', null, (document) => hoverAt(document, position) ?? null),
);
connection.onCompletion(({ textDocument: { uri }, position }) =>
  answer(uri, 'Completion', [], (document) => completionsAt(document, position)),
);
connection.onDocumentSymbol(({ textDocument: { uri } }) => answer(uri, 'Outline', [], symbolsOf));
connection.onWorkspaceSymbol(async ({ query }, token) => {
  const found: SpecDocument[] = [];
  for await (const document of workspace.all(() => !token.isCancellationRequested)) found.push(document);
  return workspaceSymbols(found, query);
});
connection.onDefinition(({ textDocument: { uri }, position }) =>
  answer(uri, 'Definition', [], (document) => definitionsAt(document, position)),
);
connection.onReferences(({ textDocument: { uri }, position, context }) =>
  answer(uri, 'References', [], (document) => referencesAt(document, position, context.includeDeclaration)),
);
connection.onDocumentHighlight(({ textDocument: { uri }, position }) =>
  answer(uri, 'Highlights', [], (document) => highlightsAt(document, position)),
);
connection.onDocumentLinks(({ textDocument: { uri } }) => answer(uri, 'Links', [], linksOf));
connection.onPrepareRename(({ textDocument: { uri }, position }) =>
  answer(uri, 'Renaming', null, (document) => renameRangeAt(document, position) ?? null),
);
connection.onRenameRequest(({ textDocument: { uri }, position, newName }) =>
  answer(uri, 'Renaming', null, (document) => renameAt(document, position, newName) ?? null),
);
connection.onFoldingRanges(({ textDocument: { uri } }) => answer(uri, 'Folding', [], foldingOf));
connection.onSelectionRanges(({ textDocument: { uri }, positions }) =>
  answer(uri, 'Selection', [], (document) => selectionRangesAt(document, positions)),
);
connection.onDocumentFormatting(({ textDocument: { uri }, options }) =>
  answer(uri, 'Formatting', [], (document) => formattingOf(document, options)),
);
connection.onCodeAction(({ textDocument: { uri }, range, context }) =>
  answer(uri, 'Code actions', [], (document) =>
    codeActionsAt(document, range, context, abilities.createsFiles),
  ),
);
connection.languages.inlayHint.on(({ textDocument: { uri }, range }) =>
  answer(uri, 'Inlay hints', [], (document) => inlayHintsIn(document, range)),
);
connection.languages.semanticTokens.on(({ textDocument: { uri } }) =>
  answer(uri, 'Semantic tokens', { data: [] }, (document) => semanticTokensOf(document)),
);
connection.languages.semanticTokens.onRange(({ textDocument: { uri }, range }) =>
  answer(uri, 'Semantic tokens', { data: [] }, (document) => semanticTokensOf(document, range)),
);
connection.languages.callHierarchy.onPrepare(({ textDocument: { uri }, position }) =>
  answer(uri, 'Call hierarchy', [], (document) => prepareCallsAt(document, position)),
);
connection.languages.callHierarchy.onIncomingCalls(({ item: { uri, name } }) =>
  answer(uri, 'Call hierarchy', [], (document) => incomingCalls(document, name)),
);
connection.languages.callHierarchy.onOutgoingCalls(({ item: { uri, name } }) =>
  answer(uri, 'Call hierarchy', [], (document) => outgoingCalls(document, name)),
);
answerPulls(connection, workspace, () => settings, read);

documents.listen(connection);
connection.listen();
