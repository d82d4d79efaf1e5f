/** References without braces, as `inputs`, `reference`, `current` and `labels` take them beside paths. */

/** Endings of files: `datasets.py` is a file and no reference to a dataset called `py`. */
const fileEndings = new Set(
  'py r jl ipynb sh sql csv tsv json jsonl ndjson parquet feather arrow avro orc yaml yml toml txt md html xml db sqlite pkl pickle joblib npy npz h5 hdf5 zip gz tar tgz zst'.split(
    ' ',
  ),
);

/** Whether a text that looks like a reference to a dataset may as well be the name of a file. */
export function mayBeFile(text: string): boolean {
  const name = /^datasets\.([A-Za-z][A-Za-z0-9_-]*)(?:\.path)?$/.exec(text)?.[1];
  return name !== undefined && fileEndings.has(name.toLowerCase());
}

/**
 * Steps of a text that is a reference (`datasets.<name>`, `stages.<stage>.outputs.<name>`), or undefined when it is a
 * path.
 * @param declares whether the spec declares a dataset of that name
 */
export function plainReference(text: string, declares: (dataset: string) => boolean): string[] | undefined {
  const dataset = /^datasets\.([A-Za-z][A-Za-z0-9_-]*)(\.path)?$/.exec(text);
  if (dataset !== null) {
    const name = dataset[1] ?? '';
    return declares(name) || !fileEndings.has(name.toLowerCase()) ? ['datasets', name] : undefined;
  }
  return /^stages\.[A-Za-z][A-Za-z0-9_-]*\.outputs\.[A-Za-z][A-Za-z0-9_-]*$/.test(text)
    ? text.split('.')
    : undefined;
}
