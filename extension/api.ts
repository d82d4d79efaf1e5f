import type { Engine } from './engine-client';
import type { ProjectRoots } from './project-roots';
import type { Views, ViewName } from './views';
import type { View } from './views/tree';

/**
 * What other extensions get from `vscode.extensions.getExtension('galley.galley').activate()`.
 * Everything that people do is a command (`galley.runPipeline`, …) that takes a `Target` and asks for what is missing.
 */
export interface GalleyApi {
  /** Folders of the projects in this window. */
  projects(): Promise<string[]>;
  /** Typed requests to the engine server (engine/protocol.ts); the first one starts it. */
  readonly engine: Pick<Engine, 'request' | 'onDidChange' | 'pid'>;
  /** Rows of the tree views, as the tree shows them. */
  readonly views: Readonly<
    Record<ViewName, Pick<View, 'getChildren' | 'getTreeItem' | 'onDidChangeTreeData'>>
  >;
  /** Resolves when the language server answers; undefined as long as no file has needed it. */
  readonly language: () => Promise<unknown> | undefined;
}

export function createApi(
  engine: Engine,
  roots: ProjectRoots,
  views: Views,
  language: () => Promise<unknown> | undefined,
): GalleyApi {
  return { projects: roots.all, engine, views: views.providers, language };
}
