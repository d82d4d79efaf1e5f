import { errorData, type ErrorData } from '../errors';
import { findSpecFiles, loadPipeline } from '../pipeline/load';
import type { CliContext } from './context';

/** Spec files of a folder that cannot be used, and why. */
async function brokenSpecs(root: string): Promise<ErrorData[]> {
  const files = await findSpecFiles(root);
  const results = await Promise.allSettled(files.map((file) => loadPipeline(root, file)));
  return results.flatMap((result) => (result.status === 'rejected' ? [errorData(result.reason)] : []));
}

/** Tells of every spec that is left out of an answer because it has errors: what it declares is not seen. */
export async function tellOfBrokenSpecs(context: CliContext): Promise<void> {
  for (const { message, remedy } of await brokenSpecs(context.cwd()))
    context.progress(`Left out: ${message}${remedy === undefined ? '' : ` ${remedy}`}`);
}
