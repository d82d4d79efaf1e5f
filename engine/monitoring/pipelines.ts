import { findSpecFiles, loadPipeline } from '../pipeline/load';
import type { LoadedPipeline } from '../pipeline/types';

/** All specs of a project that have no errors. What is wrong with one is shown where it is edited; the others go on. */
export async function loadedPipelines(root: string): Promise<LoadedPipeline[]> {
  const files = await findSpecFiles(root);
  const loaded = await Promise.allSettled(files.map((file) => loadPipeline(root, file)));
  return loaded.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
