import { CodeActionKind } from 'vscode-languageserver/node';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { textOf } from '../../engine/pipeline/nodes';
import { toProtocol } from '../diagnostics';
import { filePath, offsetAt, placeOf } from '../spec-document';
import type { ActionProvider } from './action';

/** Makes the file that an input names. */
export const createFile: ActionProvider = ({ document, diagnostics, canCreateFiles }) => {
  const file = filePath(document.uri);
  if (!canCreateFiles || file === undefined) return [];
  return diagnostics.flatMap((diagnostic) => {
    if (diagnostic.code !== 'missing-file') return [];
    const written = textOf(placeOf(document, offsetAt(document, diagnostic.range.start))?.node);
    if (written === undefined || path.extname(written) === '') return [];
    const uri = pathToFileURL(path.resolve(path.dirname(file), written)).href;
    return [
      {
        title: `Create ${written}`,
        kind: CodeActionKind.QuickFix,
        diagnostics: [toProtocol(diagnostic)],
        edit: { documentChanges: [{ kind: 'create' as const, uri, options: { ignoreIfExists: true } }] },
      },
    ];
  });
};
