import { CodeActionKind } from 'vscode-languageserver/node';
import type { CodeAction, Range, TextEdit } from 'vscode-languageserver/node';
import type { Diagnostic } from '../../engine/pipeline/diagnostics';
import { toProtocol } from '../diagnostics';
import { changesOf } from '../edits';
import type { SpecDocument } from '../spec-document';

/** What a code action is asked for. */
export interface ActionRequest {
  document: SpecDocument;
  /** The selection, or the cursor. */
  range: Range;
  /** Diagnostics that touch it. */
  diagnostics: Diagnostic[];
  /** Whether the client can make files as part of an edit. */
  canCreateFiles: boolean;
}

/** Gives the actions of one sort; none when they do not fit. */
export type ActionProvider = (request: ActionRequest) => CodeAction[];

/** An action that corrects a diagnostic. */
export function fix(
  document: SpecDocument,
  diagnostic: Diagnostic,
  title: string,
  edits: TextEdit[],
  isPreferred = false,
): CodeAction[] {
  if (edits.length === 0) return [];
  return [
    {
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [toProtocol(diagnostic)],
      edit: changesOf(document, edits),
      ...(isPreferred ? { isPreferred } : {}),
    },
  ];
}

/** An action that rewrites without changing what the file means. */
export function rewrite(
  document: SpecDocument,
  kind: CodeActionKind,
  title: string,
  edits: TextEdit[],
): CodeAction[] {
  return edits.length === 0 ? [] : [{ title, kind, edit: changesOf(document, edits) }];
}
