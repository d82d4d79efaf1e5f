import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { GalleyError } from '../../errors';
import { pathWithin } from '../../tracking/artifact-files';

/** The location that MLflow writes for a local folder: its path, on Windows a `file:` URI. */
export function folderLocation(folder: string): string {
  return process.platform === 'win32' ? pathToFileURL(folder).href : folder;
}

/** Where a store without a server keeps artifacts, as MLflow does: a folder for each experiment below it. */
export function defaultArtifactRoot(root: string): string {
  return folderLocation(path.join(root, 'mlruns'));
}

/** The scheme of a URI, or undefined for a path (a single letter before the colon is a drive). */
export function scheme(uri: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase();
}

/** Appends to the path of a location (a path, or a URI with or without a query), as MLflow's append_to_uri_path. */
export function appendToLocation(location: string, ...parts: string[]): string {
  const query = scheme(location) === undefined ? -1 : location.search(/[?#]/);
  const [base, rest] = query < 0 ? [location, ''] : [location.slice(0, query), location.slice(query)];
  return [base.replace(/\/+$/, ''), ...parts].join('/') + rest;
}

/**
 * The path of a location on this machine.
 * @param root the store's folder: relative paths start there, and MLflow's server keeps proxied artifacts in `mlartifacts` below
 * @throws GalleyError `unsupported` for another scheme, `invalid` for a path out of the proxied folder
 */
export function locationPath(root: string, location: string): string {
  switch (scheme(location)) {
    case undefined:
      return path.resolve(root, location);
    case 'file':
      return fileUriPath(root, location);
    case 'mlflow-artifacts': {
      const relative = location.replace(/^mlflow-artifacts:(\/\/[^/]*)?\/?/i, '');
      return pathWithin(path.join(root, 'mlartifacts'), decodeURIComponent(relative));
    }
    default:
      throw new GalleyError('unsupported', `${location} is not on this machine.`, {
        subject: location,
        remedy: 'Download it with MLflow, and register the local folder.',
      });
  }
}

function fileUriPath(root: string, location: string): string {
  // MLflow also writes `file:relative/path`.
  if (!/^file:\//i.test(location))
    return path.resolve(root, decodeURIComponent(location.slice('file:'.length)));
  try {
    return fileURLToPath(location);
  } catch (error) {
    throw new GalleyError(
      'invalid',
      `${location} is not a path of this machine.`,
      { subject: location },
      { cause: error },
    );
  }
}
