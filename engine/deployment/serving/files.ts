import path from 'node:path';
import { GalleyError } from '../../errors';
import { galleyPath } from '../../project-files/galley-folder';
import { textOf } from '../../project-files/text-of';

/** Files of one deployment on the local target. Each has one writer. */
export interface ServingFiles {
  /** `.galley/serving/<deployment>` */
  folder: string;
  /** {@link ServingState}; by the serve process, and by whoever finds that process gone. */
  state: string;
  /** {@link Desired}: what the serve process shall do; by the target. */
  desired: string;
  /** {@link ServingRecord}: what is in service, for the next serve process; by the serve process. */
  record: string;
  /** Identity of the serve process that lives. */
  owner: string;
  /** What the model servers print, and what the serve process does with them. */
  log: string;
  /** Output of the serve process itself; empty unless it breaks. */
  processLog: string;
  /** Folder of the request log. */
  requests: string;
}

/**
 * @param root the project's folder
 * @throws GalleyError `invalid` when the name cannot be a folder's
 */
export function servingFiles(root: string, deployment: string): ServingFiles {
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,100}$/u.test(deployment))
    throw new GalleyError(
      'invalid',
      `“${deployment}” cannot be the name of a deployment on the local target.`,
      {
        subject: deployment,
        remedy: 'Use letters, digits, hyphens, underscores and dots.',
      },
    );
  const folder = galleyPath(root, 'serving', deployment);
  return {
    folder,
    state: path.join(folder, 'state.json'),
    desired: path.join(folder, 'desired.json'),
    record: path.join(folder, 'record.json'),
    owner: path.join(folder, 'owner.json'),
    log: path.join(folder, 'serve.log'),
    processLog: path.join(folder, 'process.log'),
    requests: path.join(root, 'serving', deployment, 'requests'),
  };
}

/** The value in a JSON file; undefined when there is no file. */
export async function readJson(file: string): Promise<unknown> {
  const text = await textOf(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new GalleyError(
      'corrupt',
      `The file ${file} is not JSON.`,
      { subject: file, remedy: 'Stop the deployment and roll it out again.' },
      { cause: error },
    );
  }
}
