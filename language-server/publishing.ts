import { DocumentDiagnosticReportKind } from 'vscode-languageserver/node';
import type { Connection, WorkspaceDocumentDiagnosticReport } from 'vscode-languageserver/node';
import { diagnosticsOf } from './diagnostics';
import type { DiagnosticSettings } from './diagnostics';
import { fileKind } from './spec-document';
import type { SpecDocument } from './spec-document';
import type { Workspace } from './workspace';

/** Sends diagnostics to clients that do not ask for them: changes that arrive together are one analysis. */
export function pushDiagnostics(
  connection: Connection,
  versionOf: (uri: string) => number | undefined,
  read: (uri: string) => ReturnType<typeof diagnosticsOf>,
): (uri: string) => void {
  const waiting = new Set<string>();
  return (uri) => {
    if (waiting.has(uri) || fileKind(uri) === undefined) return;
    waiting.add(uri);
    setImmediate(() => {
      waiting.delete(uri);
      const version = versionOf(uri);
      if (version !== undefined) void connection.sendDiagnostics({ uri, version, diagnostics: read(uri) });
    });
  };
}

/** Answers clients that ask for diagnostics: of one document, and of all spec files in the folders. */
export function answerPulls(
  connection: Connection,
  workspace: Workspace,
  settings: () => DiagnosticSettings,
  read: (uri: string) => ReturnType<typeof diagnosticsOf>,
): void {
  connection.languages.diagnostics.on(({ textDocument: { uri } }) => ({
    kind: DocumentDiagnosticReportKind.Full,
    items: read(uri),
  }));
  connection.languages.diagnostics.onWorkspace(async ({ previousResultIds }, token) => {
    const known = new Map(previousResultIds.map(({ uri, value }) => [uri, value]));
    const items: WorkspaceDocumentDiagnosticReport[] = [];
    for await (const document of workspace.all(() => !token.isCancellationRequested)) {
      items.push(reportOf(document, settings(), known.get(document.uri)));
      known.delete(document.uri);
      // Requests of the file that is being edited come first.
      await new Promise((resolve) => setImmediate(resolve));
    }
    // What is left was a spec file and is there no more.
    if (!token.isCancellationRequested)
      for (const uri of known.keys())
        items.push({ uri, version: null, kind: DocumentDiagnosticReportKind.Full, items: [] });
    return { items };
  });
}

function reportOf(
  document: SpecDocument,
  settings: DiagnosticSettings,
  before: string | undefined,
): WorkspaceDocumentDiagnosticReport {
  const items = diagnosticsOf(document, settings);
  const resultId = items.length === 0 ? 'none' : JSON.stringify(items);
  const common = { uri: document.uri, version: null, resultId };
  return before === resultId
    ? { ...common, kind: DocumentDiagnosticReportKind.Unchanged }
    : { ...common, kind: DocumentDiagnosticReportKind.Full, items };
}
