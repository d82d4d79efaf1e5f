import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { RestError } from './errors';
import { hasLoggedModels, type Stores } from './stores';

function refuse(source: string, reason: string): RestError {
  return new RestError('INVALID_PARAMETER_VALUE', `Invalid model version source: '${source}'. ${reason}`);
}

/** A text with its percent-encoding undone as often as there is any. */
function decoded(text: string): string {
  let before = text;
  for (let turn = 0; turn < 10; turn++) {
    let after: string;
    try {
      after = decodeURIComponent(before.replaceAll('+', ' '));
    } catch {
      return before;
    }
    if (after === before) return after;
    before = after;
  }
  return before;
}

function localPath(source: string): string | undefined {
  if (/^file:/i.test(source)) {
    try {
      return fileURLToPath(source);
    } catch {
      return decoded(source.replace(/^file:(\/\/[^/]*)?/i, ''));
    }
  }
  return /^[a-z][a-z0-9+.-]+:/i.test(source) ? undefined : source;
}

function contains(folder: string, place: string): boolean {
  const inside = path.relative(folder, place);
  return inside === '' || (!inside.split(path.sep).includes('..') && !path.isAbsolute(inside));
}

/** Where the artifacts of what a version is made from are, and what MLflow calls its id. */
async function origin({ tracking }: Stores, runId: string | undefined, modelId: string | undefined) {
  if (modelId && hasLoggedModels(tracking))
    return { parameter: 'model_id', location: (await tracking.loggedModel(modelId)).artifactLocation };
  return { parameter: 'run_id', location: runId ? (await tracking.run(runId)).artifactUri : undefined };
}

/**
 * Checks where a client says that a model is: a path of this machine only below the artifacts of the run or logged
 * model that it names, as in MLflow, so that nobody can register, and then read, any file; other places only without `..`.
 * @throws RestError `INVALID_PARAMETER_VALUE`
 */
export async function checkModelSource(
  stores: Stores,
  source: string,
  runId: string | undefined,
  modelId: string | undefined,
): Promise<void> {
  const place = localPath(source);
  if (place === undefined) {
    const plain = decoded(source);
    if (plain.includes('\0') || plain.split(/[/\\]/).includes('..'))
      throw refuse(
        source,
        'If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an ' +
          'absolute path must be provided without relative path references present. Please provide an absolute path.',
      );
    return;
  }
  const { parameter, location } = await origin(stores, runId, modelId);
  const artifacts = location === undefined ? undefined : localPath(location);
  if (
    artifacts === undefined ||
    place.includes('\0') ||
    !contains(path.resolve(artifacts), path.resolve(decoded(place)))
  )
    throw refuse(
      source,
      `To use a local path as a model version source, the ${parameter} request parameter has to be specified and the ` +
        `local path has to be contained within the artifact directory of the run specified by the ${parameter}.`,
    );
}
