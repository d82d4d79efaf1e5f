import { existsSync, readFileSync } from 'node:fs';
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

/**
 * Reads files beside a spec.
 * @param folder absolute folder that paths are relative to
 * @returns undefined for a file that cannot be read
 */
export function textReader(folder: string): (written: string) => string | undefined {
  return (written) => {
    try {
      return readFileSync(path.resolve(folder, written), 'utf8');
    } catch {
      // What is not there, or not to be read, is not known: nothing is said that needs it.
      return undefined;
    }
  };
}
