import { GalleyError } from '../errors';
import type { LoadedPipeline } from '../pipeline/types';
import type { DataLocation } from './data/source';

/**
 * Where the data is that a monitor names: `datasets.<name>`, `stages.<stage>.outputs.<output>`, or a path relative to the
 * spec's folder.
 * @throws GalleyError `invalid` when there is no such dataset or output
 */
export function dataLocation(pipeline: LoadedPipeline, reference: string): DataLocation {
  const { spec, folder, file } = pipeline;
  const dataset = /^datasets\.([^./\\]+)$/.exec(reference)?.[1];
  const output = /^stages\.([^./\\]+)\.outputs\.([^./\\]+)$/.exec(reference);
  const path =
    dataset !== undefined
      ? spec.datasets[dataset]?.path
      : output !== null
        ? spec.stages[output[1] ?? '']?.outputs[output[2] ?? '']
        : reference;
  if (path !== undefined) return { folder, path };
  throw new GalleyError('invalid', `${file} has no ${reference}.`, {
    remedy: 'Name a dataset of the file, an output of a stage, or a path.',
    subject: file,
  });
}
