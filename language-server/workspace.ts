import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { connectedBackends } from '../engine/pipeline/connected-backends';
import { findSpecFiles } from '../engine/pipeline/load';
import { fileFinder } from '../engine/pipeline/project-files';
import type { WorkspaceFacts } from '../engine/pipeline/workspace-facts';
import { fileKind, filePath, projectRoot, readDocument } from './spec-document';
import type { ProjectFacts, SpecDocument } from './spec-document';

/** How long answers about files are used when nobody tells that files have changed, in milliseconds. */
const factsLast = 2000;

/** The documents of all folders: open ones as they are in the editor, others as they are on disk. */
export class Workspace {
  folders: string[] = [];
  /** Whether the client tells of files that come and go. */
  isWatched = false;
  /** Rises with everything beside the texts that may change what is said of them. */
  revision = 0;
  readonly #open: TextDocuments<TextDocument>;
  readonly #analysed = new Map<string, { version: number; revision: number; document: SpecDocument }>();
  readonly #onDisk = new Map<string, { stamp: string; document: SpecDocument }>();
  readonly #facts = new Map<string, { since: number; facts: WorkspaceFacts }>();

  constructor(open: TextDocuments<TextDocument>) {
    this.#open = open;
  }

  /** The newest version of an open document, analysed; each version once. */
  document(uri: string): SpecDocument | undefined {
    const open = this.#open.get(uri);
    const kind = fileKind(uri);
    if (open === undefined || kind === undefined) return undefined;
    const known = this.#analysed.get(uri);
    const { version } = open;
    if (known?.version === version && known.revision === this.revision) return known.document;
    const document = readDocument(uri, kind, open.getText(), this.#projectOf(uri), known?.document);
    this.#analysed.set(uri, { version, revision: this.revision, document });
    return document;
  }

  /** Forgets a document that was closed. */
  close(uri: string): void {
    this.#analysed.delete(uri);
  }

  /** Forgets what was known of files: they may have changed. */
  filesChanged(): void {
    this.#facts.clear();
    this.revision++;
  }

  /** A document that is open, or a file on disk; undefined when it is neither. */
  async find(uri: string): Promise<SpecDocument | undefined> {
    return this.document(uri) ?? (await this.#readFile(uri));
  }

  /** Every spec file of the folders. Between files others may go on: `isWanted` is asked before each. */
  async *all(isWanted: () => boolean): AsyncGenerator<SpecDocument> {
    for (const folder of this.folders)
      for (const file of await findSpecFiles(folder).catch(() => [])) {
        if (!isWanted()) return;
        const document = await this.find(pathToFileURL(path.join(folder, file)).href);
        if (document !== undefined) yield document;
      }
  }

  async #readFile(uri: string): Promise<SpecDocument | undefined> {
    const file = filePath(uri);
    const kind = fileKind(uri);
    if (file === undefined || kind === undefined) return undefined;
    try {
      const { mtimeMs, size } = await stat(file);
      const stamp = `${mtimeMs} ${size} ${this.revision}`;
      const known = this.#onDisk.get(uri);
      if (known?.stamp === stamp) return known.document;
      const document = readDocument(
        uri,
        kind,
        await readFile(file, 'utf8'),
        this.#projectOf(uri),
        known?.document,
      );
      this.#onDisk.set(uri, { stamp, document });
      return document;
    } catch (error) {
      // A file that went away in between has nothing to tell.
      this.#onDisk.delete(uri);
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  #projectOf(uri: string): ProjectFacts {
    const root = projectRoot(uri, this.folders);
    const file = filePath(uri);
    if (root === undefined || file === undefined) return {};
    const folder = path.dirname(file);
    const known = this.#facts.get(folder);
    const now = performance.now();
    if (known !== undefined && (this.isWatched || now - known.since < factsLast))
      return { root, workspace: known.facts };
    const backends = connectedBackends(root);
    const facts = { exists: fileFinder(folder), ...(backends === undefined ? {} : { backends }) };
    this.#facts.set(folder, { since: now, facts });
    return { root, workspace: facts };
  }
}
