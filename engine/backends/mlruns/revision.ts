import { createHash } from 'node:crypto';
import path from 'node:path';
import { inTurns, keysIn, markOf, metaNumber, readMeta } from './files';
import { experimentFolders, runFolders } from './layout';

/**
 * A token that changes when an experiment or run comes, goes or changes: of every run, its `meta.yaml` and folders of
 * values are looked at, and of one under way its metrics too. A tag of an ended run that another program overwrites in
 * place is not noticed.
 */
export async function storeRevision(root: string): Promise<string> {
  const hash = createHash('sha1');
  for (const { folder } of await experimentFolders(root)) {
    const runs = await runFolders(folder);
    const own = await marksOf(folder, ['meta.yaml', 'tags']);
    const marks = await inTurns(runs, 16, async (run) => {
      const meta = await readMeta(run);
      const values = await marksOf(run, ['meta.yaml', 'metrics', 'params', 'tags', 'inputs', 'outputs']);
      if (metaNumber(meta ?? {}, 'status') !== 1) return values;
      const metrics = path.join(run, 'metrics');
      return `${values} ${await marksOf(metrics, await keysIn(metrics))}`;
    });
    hash.update([folder, own, ...runs, ...marks].join('\n'));
  }
  return hash.digest('base64');
}

async function marksOf(folder: string, names: readonly string[]): Promise<string> {
  return (await inTurns(names, 16, (name) => markOf(path.join(folder, name)))).join();
}
