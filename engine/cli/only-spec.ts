import { GalleyError } from '../errors';
import { findSpecFiles } from '../pipeline/load';

/**
 * The spec that is meant when none is named: `galley.yaml`, or the only one of the folder.
 * @throws GalleyError `not-found` when there is none, `invalid` when there are several
 */
export async function onlySpec(root: string): Promise<string> {
  const files = await findSpecFiles(root);
  const [first] = files;
  if (files.includes('galley.yaml')) return 'galley.yaml';
  if (first !== undefined && files.length === 1) return first;
  throw first === undefined
    ? new GalleyError('not-found', `There is no galley.yaml in ${root}.`, {
        remedy: 'Name the spec file, or the folder with --cwd.',
        subject: root,
      })
    : new GalleyError('invalid', `There are several spec files in ${root}.`, {
        remedy: `Name one: ${files.join(', ')}.`,
        subject: root,
      });
}
