import type { Position, Range, WorkspaceEdit } from 'vscode-languageserver/node';
import { isName } from '../engine/pipeline/read-values';
import { changesOf } from './edits';
import { declarationsOf, nameAt, usesOf } from './named-places';
import type { NamedPlace } from './named-places';
import type { SpecDocument } from './spec-document';

/** A new name that cannot be taken, with the reason as a sentence. */
export class RenameError extends Error {}

/** The name that would be renamed at a position. Names that the file does not declare are not its to change. */
export function renameRangeAt(document: SpecDocument, position: Position): Range | undefined {
  const place = nameAt(document, position);
  // Names of DVC also stand in `dvc.lock` and in files of params.
  if (document.kind !== 'spec') return undefined;
  return place === undefined || !isOwn(document, place) ? undefined : inner(document, place.range);
}

/** Metrics and models may be used without being declared: they are then declared by their use. */
function isOwn(document: SpecDocument, place: NamedPlace): boolean {
  return place.kind === 'metric' || place.kind === 'model' || declarationsOf(document, place).length > 0;
}

/**
 * Every change that gives a name another one: its declarations, expressions, lists and keys.
 * @throws RenameError when the new name is none, or is taken
 */
export function renameAt(
  document: SpecDocument,
  position: Position,
  newName: string,
): WorkspaceEdit | undefined {
  const place = nameAt(document, position);
  if (document.kind !== 'spec' || place === undefined || !isOwn(document, place)) return undefined;
  refuse(document, place, newName);
  const ranges = [
    ...declarationsOf(document, place).map(({ nameRange }) => nameRange),
    ...usesOf(document, place).map(({ range }) => range),
  ].map((range) => inner(document, range));
  // A name that an alias brings to several places is written once.
  const once = new Map(ranges.map((range) => [`${range.start.line}:${range.start.character}`, range]));
  return changesOf(
    document,
    [...once.values()].map((range) => ({ range, newText: newName })),
  );
}

function refuse(document: SpecDocument, { kind, name, container }: NamedPlace, newName: string): void {
  const isFree = kind === 'metric' || kind === 'model';
  if (isFree ? !/^[A-Za-z0-9][\w./@-]*$/.test(newName) : !isName(newName))
    throw new RenameError(
      `\`${newName}\` is no name. A name starts with a letter and has letters, digits, \`_\` and \`-\`.`,
    );
  if (newName === name) return;
  const taken = [...document.analysis.symbols, ...(isFree ? document.analysis.references : [])].some(
    (other) =>
      other.kind === kind && other.name === newName && (kind !== 'output' || other.container === container),
  );
  if (taken) throw new RenameError(`There is a ${kind} \`${newName}\` already. Choose another name.`);
}

/** The name within its quotes. */
function inner({ source, text }: SpecDocument, range: Range): Range {
  const start = source.lines.offset(range.start);
  const end = source.lines.offset(range.end);
  return /^(['"]).*\1$/.test(text.slice(start, end))
    ? source.lines.range({ start: start + 1, end: end - 1 })
    : range;
}
