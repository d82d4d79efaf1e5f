import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Position } from 'vscode-languageserver/node';
import { analyseDvc } from '../engine/pipeline/dialects/dvc/analyse';
import type { DvcAnalysis } from '../engine/pipeline/dialects/dvc/analyse';
import { textReader } from '../engine/pipeline/project-files';
import { analyseBackends } from '../engine/pipeline/connected-backends';
import { blockAt, readModel } from '../engine/pipeline/model';
import { placeAt } from '../engine/pipeline/nodes';
import type { Place } from '../engine/pipeline/nodes';
import type { SpecModel } from '../engine/pipeline/model';
import type { Source } from '../engine/pipeline/report';
import { schemas } from '../engine/pipeline/schema-walk';
import type { Schema } from '../engine/pipeline/schema-walk';
import type { Analysis } from '../engine/pipeline/types';
import type { WorkspaceFacts } from '../engine/pipeline/workspace-facts';

/** Kinds of files that the server knows. */
export type FileKind = keyof typeof schemas;

/** One version of one open document, analysed. Features are functions of it. */
export interface SpecDocument {
  uri: string;
  kind: FileKind;
  text: string;
  source: Source;
  /** Present for a spec. */
  model?: SpecModel;
  schema: Schema;
  /** Present for a pipeline of DVC. */
  dvc?: DvcAnalysis;
  /** Symbols and references are empty for a file of backends. */
  analysis: Analysis;
  /** What is known of the project beside the text. */
  workspace: WorkspaceFacts;
  /** Folder of the project, when it is known. */
  root?: string;
}

/** What a file is by its name; undefined for files that are not the server's. */
export function fileKind(uri: string): FileKind | undefined {
  const plainUri = decodeURIComponentSafely(uri).split(/[?#]/)[0] ?? '';
  if (/\/\.galley\/backends\.yaml$/.test(plainUri)) return 'backends';
  if (/[/:]dvc\.yaml$/.test(plainUri)) return 'dvc';
  return /[/:]([^/]+\.)?galley\.yaml$/.test(plainUri) ? 'spec' : undefined;
}

function decodeURIComponentSafely(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    // A stray `%` is no escape: the address stays as it is.
    return uri;
  }
}

/** Absolute path of a `file:` address, or undefined for documents that are no files. */
export function filePath(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    // A file address of another platform names no file here.
    return undefined;
  }
}

/** The workspace folder that a document is in: the innermost one, or the document's own folder. */
export function projectRoot(uri: string, folders: string[]): string | undefined {
  const file = filePath(uri);
  if (file === undefined) return undefined;
  const inside = folders.filter((folder) =>
    file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep),
  );
  return inside.sort((a, b) => b.length - a.length)[0] ?? path.dirname(file);
}

/** What is known of a document's project. */
export interface ProjectFacts {
  /** Its folder. */
  root?: string;
  workspace?: WorkspaceFacts;
}

/**
 * Analyses a text. Diagnostics and related places carry the document's address as their file.
 * @param before the document's former version: what did not change is not read again
 */
export function readDocument(
  uri: string,
  kind: FileKind,
  text: string,
  project: ProjectFacts = {},
  before?: SpecDocument,
): SpecDocument {
  const { root, workspace = {} } = project;
  const common = {
    uri,
    kind,
    text,
    schema: schemas[kind],
    workspace,
    ...(root === undefined ? {} : { root }),
  };
  if (kind === 'backends') {
    const { source, diagnostics } = analyseBackends(text, { file: uri });
    return { ...common, source, analysis: { file: uri, diagnostics, symbols: [], references: [] } };
  }
  if (kind === 'dvc') {
    const file = filePath(uri);
    const read = file === undefined ? undefined : textReader(path.dirname(file));
    const dvc = analyseDvc(text, { file: uri, ...(read === undefined ? {} : { read }) });
    const { source, diagnostics, symbols, references } = dvc;
    return { ...common, source, dvc, analysis: { file: uri, diagnostics, symbols, references } };
  }
  const model = readModel(text, { file: uri, workspace }, before?.model);
  return { ...common, source: model, model, analysis: model.analysis };
}

/** Innermost key or value at an offset; only the block that it is in is looked at. */
export function placeOf({ source, model }: SpecDocument, offset: number): Place | undefined {
  const block = model === undefined ? undefined : blockAt(model, offset);
  return placeAt(model === undefined || block === undefined ? source.root : model.treeOf(block), offset);
}

/** Offset of a position in a document. */
export function offsetAt(document: SpecDocument, position: Position): number {
  return document.source.lines.offset(position);
}
