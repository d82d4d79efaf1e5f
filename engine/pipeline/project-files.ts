import { existsSync } from 'node:fs';
import path from 'node:path';
import { globBase, isGlob } from './paths';

/**
 * Tells whether paths of a spec have a file. An answer is kept: make another one when files may have changed.
 * @param folder absolute folder that paths are relative to
 * @returns undefined for a glob whose folder is there: what it matches is not looked at
 */
export function fileFinder(folder: string): (written: string) => boolean | undefined {
  const known = new Map<string, boolean | undefined>();
  return (written) => {
    if (known.has(written)) return known.get(written);
    const glob = isGlob(written);
    const found = existsSync(path.resolve(folder, glob ? globBase(written) : written));
    const answer = glob && found ? undefined : found;
    known.set(written, answer);
    return answer;
  };
}
