import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { GalleyError, ErrorCode } from '../../../engine/errors';

/** A new folder for one test, and how to remove it. */
export async function temporaryFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'galley-store-')));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** For `assert.rejects`: an expected failure of that code whose text matches. */
export function failure(code: ErrorCode, message = /./): (error: unknown) => boolean {
  return (error) => {
    const { data } = error as GalleyError;
    return data?.code === code && message.test(`${data.message} ${data.remedy ?? ''}`);
  };
}
