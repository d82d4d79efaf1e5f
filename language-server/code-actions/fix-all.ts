import { CodeActionKind } from 'vscode-languageserver/node';
import type { CodeAction } from 'vscode-languageserver/node';
import type { Diagnostic } from '../../engine/pipeline/diagnostics';
import { toProtocol } from '../diagnostics';
import { changesOf } from '../edits';
import type { SpecDocument } from '../spec-document';
import type { ActionProvider } from './action';

/** Corrects every diagnostic of a code in the file, and every one of the file, as far as it is known what was meant. */
export const fixAll: ActionProvider = ({ document, diagnostics }) => {
  const fixable = document.analysis.diagnostics.filter(({ suggestion }) => suggestion !== undefined);
  const codes = new Set(
    diagnostics.filter(({ suggestion }) => suggestion !== undefined).map(({ code }) => code),
  );
  const byCode = [...codes].flatMap((code): CodeAction[] => {
    const same = fixable.filter((diagnostic) => diagnostic.code === code);
    if (same.length < 2) return [];
    return [
      action(document, same, `Fix all ${same.length} \`${code}\` in the file`, CodeActionKind.QuickFix),
    ];
  });
  if (fixable.length === 0) return byCode;
  return [
    ...byCode,
    action(document, fixable, 'Fix all that Galley can', `${CodeActionKind.SourceFixAll}.galley`),
  ];
};

function action(
  document: SpecDocument,
  diagnostics: Diagnostic[],
  title: string,
  kind: CodeActionKind,
): CodeAction {
  const edits = diagnostics.map(({ range, suggestion = '' }) => ({ range, newText: suggestion }));
  return {
    title,
    kind,
    diagnostics: diagnostics.map((one) => toProtocol(one)),
    edit: changesOf(document, edits),
  };
}
