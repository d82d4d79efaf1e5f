import { CodeActionKind, TextDocumentSyncKind } from 'vscode-languageserver/node';
import type { ClientCapabilities, ServerCapabilities } from 'vscode-languageserver/node';
import { semanticLegend } from './semantic-tokens';

/** What a client can do that decides how the server talks to it. */
export interface ClientAbilities {
  watchesFiles: boolean;
  changesFolders: boolean;
  pullsDiagnostics: boolean;
  refreshesDiagnostics: boolean;
  configures: boolean;
  registersConfiguration: boolean;
  createsFiles: boolean;
}

/** Reads the abilities of a client. */
export function abilitiesOf({ workspace, textDocument }: ClientCapabilities): ClientAbilities {
  return {
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    changesFolders: workspace?.workspaceFolders === true,
    pullsDiagnostics: textDocument?.diagnostic !== undefined,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    configures: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    createsFiles: workspace?.workspaceEdit?.resourceOperations?.includes('create') === true,
  };
}

/** What the server offers to a client. */
export function capabilitiesFor({ pullsDiagnostics }: ClientAbilities): ServerCapabilities {
  return {
    textDocumentSync: TextDocumentSyncKind.Incremental,
    hoverProvider: true,
    completionProvider: { triggerCharacters: ['.', '{', ' '] },
    documentSymbolProvider: true,
    workspaceSymbolProvider: true,
    definitionProvider: true,
    referencesProvider: true,
    documentHighlightProvider: true,
    documentLinkProvider: {},
    renameProvider: { prepareProvider: true },
    foldingRangeProvider: true,
    selectionRangeProvider: true,
    documentFormattingProvider: true,
    inlayHintProvider: true,
    callHierarchyProvider: true,
    semanticTokensProvider: { legend: semanticLegend, full: true, range: true },
    codeActionProvider: {
      codeActionKinds: [
        CodeActionKind.QuickFix,
        CodeActionKind.RefactorExtract,
        CodeActionKind.RefactorInline,
        CodeActionKind.RefactorRewrite,
        `${CodeActionKind.SourceFixAll}.galley`,
      ],
    },
    ...(pullsDiagnostics
      ? { diagnosticProvider: { interFileDependencies: false, workspaceDiagnostics: true } }
      : {}),
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
}
