import { existsSync } from 'node:fs';
import { GalleyError } from '../../errors';
import { pathWithin } from '../../tracking/artifact-files';
import { locationPath, scheme } from './locations';
import { loggedModelLocation, readLoggedModel } from './logged-models';
import { parseModelUri, resolveVersion, versionLocation } from './model-versions';
import type { Sql } from './sql';

/** References may point to references; more than this is a circle. */
const deepest = 8;

/**
 * The path of what an artifact URI names: `runs:/…`, `models:/…`, or a location (a path, `file:`, `mlflow-artifacts:`).
 * @throws GalleyError `not-found` when nothing is there, `unsupported` when it is not on this machine, `invalid`
 */
export function resolveArtifact(sql: Sql, root: string, uri: string): string {
  const found = resolve(sql, root, uri, deepest);
  if (!existsSync(found))
    throw new GalleyError('not-found', `The artifact ${uri} is not at ${found}.`, {
      subject: found,
      remedy: 'It was moved or deleted. Run the pipeline again, or restore it.',
    });
  return found;
}

function resolve(sql: Sql, root: string, uri: string, depth: number): string {
  if (depth === 0) throw new GalleyError('invalid', `${uri} refers to itself.`, { subject: uri });
  switch (scheme(uri)) {
    case 'runs':
      return runArtifact(sql, root, uri);
    case 'models': {
      const reference = parseModelUri(uri);
      const location =
        'modelId' in reference
          ? readLoggedModel(sql, reference.modelId).artifactLocation
          : versionLocation(sql, reference.name, resolveVersion(sql, reference));
      return resolve(sql, root, location, depth - 1);
    }
    default:
      return locationPath(root, uri);
  }
}

function runArtifact(sql: Sql, root: string, uri: string): string {
  const [, runId, relative = ''] = /^runs:\/+([^/]+)\/?(.*)$/i.exec(uri) ?? [];
  const run = sql.get<{ uri: string | null }>(
    'SELECT artifact_uri AS uri FROM runs WHERE run_uuid = ?',
    runId ?? '',
  );
  if (runId === undefined || run === undefined)
    throw new GalleyError('not-found', `${uri} names a run that is not in this store.`, { subject: uri });
  const inRun = pathWithin(locationPath(root, run.uri ?? ''), relative);
  if (existsSync(inRun)) return inRun;
  // MLflow 3 keeps a logged model outside its run; the first part of the path is then the model's name.
  const [name = '', ...below] = relative.split('/');
  const location = loggedModelLocation(sql, runId, name);
  return location === undefined ? inRun : pathWithin(locationPath(root, location), below.join('/'));
}
