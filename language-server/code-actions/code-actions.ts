import type { CodeAction, CodeActionContext, Range } from 'vscode-languageserver/node';
import type { Range as SpecRange } from '../../engine/pipeline/diagnostics';
import { contains } from '../named-places';
import type { SpecDocument } from '../spec-document';
import type { ActionProvider } from './action';
import { convertForm } from './forms';
import { createFile } from './create-file';
import { declareName } from './declare';
import { didYouMean } from './did-you-mean';
import { extractParam } from './extract-param';
import { fixAll } from './fix-all';
import { inlineParam } from './inline-param';
import { quoteReference } from './quote-reference';
import { removeUnused } from './remove-unused';
import { secretToEnv } from './secret-to-env';
import { suppress } from './suppress';

/** The likeliest first, as editors show them in this order. */
const providers: ActionProvider[] = [
  didYouMean,
  declareName,
  createFile,
  quoteReference,
  secretToEnv,
  removeUnused,
  convertForm,
  extractParam,
  inlineParam,
  fixAll,
  suppress,
];

/** What can be done at a selection of a document. */
export function codeActionsAt(
  document: SpecDocument,
  range: Range,
  context: Pick<CodeActionContext, 'only'>,
  canCreateFiles: boolean,
): CodeAction[] {
  const diagnostics = document.analysis.diagnostics.filter((diagnostic) => touches(diagnostic.range, range));
  const request = { document, range, diagnostics, canCreateFiles };
  const actions = providers.flatMap((provider) => provider(request));
  const { only } = context;
  if (only === undefined) return actions;
  return actions.filter(({ kind }) =>
    only.some((wanted) => kind === wanted || kind?.startsWith(`${wanted}.`) === true),
  );
}

function touches(a: SpecRange, b: Range): boolean {
  return contains(a, b.start) || contains(a, b.end) || contains(b, a.start);
}
