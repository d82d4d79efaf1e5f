import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { existingPathWithin, listArtifacts, pathWithin, type ArtifactFile } from '../artifact-files';
import { RestError } from './errors';
import { optionalText } from './fields';
import { runId } from './runs';
import { localArtifacts, type Route, type Stores } from './stores';

/** Bytes of one uploaded artifact. */
const uploadLimit = 16 * 2 ** 30;

/** FileInfo of service.proto. */
export function filesJson(files: ArtifactFile[]): object[] {
  return files.map(({ path: file, isFolder, size }) => ({
    path: file,
    is_dir: isFolder,
    ...(size === undefined ? {} : { file_size: size }),
  }));
}

/** Artifacts of a run. */
export const artifactRoutes: Route[] = [
  {
    method: 'GET',
    path: 'artifacts/list',
    answer: async (stores, fields) => {
      const { artifactUri } = await stores.tracking.run(runId(fields));
      const folder = localArtifacts(stores).localArtifactPath(artifactUri);
      return {
        root_uri: artifactUri,
        files: filesJson(await listArtifacts(folder, optionalText(fields, 'path') ?? '')),
      };
    },
  },
];

/**
 * MLflow's artifact proxy: files below the folder that stands for `mlflow-artifacts:/`.
 * @param artifact path below that folder, decoded; empty for the listing
 * @returns the JSON to answer, or undefined when the file itself was sent
 */
export async function proxyArtifact(
  stores: Stores,
  artifact: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<object | undefined> {
  const folder = localArtifacts(stores).localArtifactPath('mlflow-artifacts:/');
  if (artifact === '' && request.method === 'GET') {
    // Paths of this listing are names alone.
    const files = await listArtifacts(folder, query.get('path') ?? '');
    return { files: filesJson(files.map((file) => ({ ...file, path: path.posix.basename(file.path) }))) };
  }
  if (artifact === '') throw new RestError('INVALID_PARAMETER_VALUE', 'Invalid path: it is empty.');
  switch (request.method) {
    case 'GET':
      await download(folder, artifact, response);
      return undefined;
    case 'PUT':
      await upload(folder, artifact, request);
      return {};
    case 'DELETE': {
      const place = await existingPathWithin(folder, artifact);
      if (place !== undefined) await rm(place, { recursive: true });
      return {};
    }
    default:
      throw new RestError('ENDPOINT_NOT_FOUND', `Artifacts know no ${request.method ?? ''}.`);
  }
}

async function download(folder: string, artifact: string, response: ServerResponse): Promise<void> {
  const place = await existingPathWithin(folder, artifact);
  const stats = place === undefined ? undefined : await stat(place);
  if (place === undefined || stats?.isFile() !== true)
    throw new RestError('RESOURCE_DOES_NOT_EXIST', `No such artifact: '${artifact}'.`);
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': stats.size,
    'content-disposition': 'attachment',
    'x-content-type-options': 'nosniff',
  });
  await pipeline(createReadStream(place), response);
}

async function upload(folder: string, artifact: string, request: IncomingMessage): Promise<void> {
  const place = pathWithin(folder, artifact);
  await mkdir(path.dirname(place), { recursive: true });
  // Links in the way must not lead out.
  await existingPathWithin(folder, path.relative(folder, path.dirname(place)));
  const part = `${place}.${randomUUID()}.part`;
  try {
    await pipeline(request, limited(uploadLimit), createWriteStream(part, { flags: 'wx' }));
    await rename(part, place);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

function limited(limit: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > limit)
        done(new RestError('INVALID_PARAMETER_VALUE', `The artifact is larger than ${limit} bytes.`, 413));
      else done(null, chunk);
    },
  });
}
