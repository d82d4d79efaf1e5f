import { randomUUID } from 'node:crypto';
import { GalleyError } from '../../errors';
import { specScope } from '../../pipeline/expressions';
import { loadPipeline } from '../../pipeline/load';
import { artifactDigest } from '../../registry/digest';
import { versionTags, type ModelRegistry } from '../../registry/types';
import { galleyFolder } from '../../training/run-folder';
import type { DeploymentStatus, LedgerEvent } from '../types';
import { readRecord, type Desired } from './desired';
import { servingFiles, writeJson } from './files';
import { servedModel } from './local';
import { livingOwner } from './owner';
import { settledState } from './state';

export interface InServiceRequest {
  root: string;
  /** What the ledger says of the deployment. */
  status: DeploymentStatus;
  events: readonly LedgerEvent[];
  registry: ModelRegistry;
  /** Refused when another version is in service. */
  version?: string;
}

/**
 * Makes the version that the ledger says is in service the one that the next serve process of this folder serves.
 * It brings nothing new into service, so it needs no approval; and it serves only what was rolled out: the digest of
 * the artifact must still be the one that the ledger has.
 * @throws GalleyError `conflict` when it is being served already; `not-found` when nothing is in service; `policy`
 * when another version or another artifact than the one in service would be served
 */
export async function desireInService(request: InServiceRequest): Promise<void> {
  const { root, status, registry } = request;
  const { name, model } = status;
  const files = servingFiles(root, name);
  if ((await livingOwner(files)) !== undefined) {
    const state = await settledState(files);
    throw new GalleyError(
      'conflict',
      `${name} is being served already${state?.url ? ` on ${state.url}` : ''}.`,
      {
        subject: name,
        remedy: 'Use that address, or stop the deployment first.',
      },
    );
  }
  const version = versionInService(request);
  const pipeline = await loadPipeline(root, status.spec);
  const spec = pipeline.spec.deployments[name];
  if (spec === undefined)
    throw new GalleyError('not-found', `${status.spec} has no deployment ${name}.`, { subject: status.spec });
  const artifact = await registry.artifactPath(model, version);
  const scope = specScope(pipeline.spec, {});
  const served = await servedModel({
    deployment: name,
    spec,
    folder: pipeline.folder,
    model,
    version,
    artifact,
    scope,
  });
  await assertSameArtifact(request, version, artifact);
  // What was rolled out last knows its command; the spec may have moved on since without a rollout.
  const record = await readRecord(files);
  if (record.served?.version === version && record.served.artifact === artifact) return;
  await galleyFolder(root, 'serving', name);
  // The folder may remember a version that is not in service any more (rolled back on another machine).
  await writeJson(files.record, record.port === undefined ? {} : { port: record.port });
  const desired: Desired = { id: randomUUID(), action: 'serve', served, rollout: spec.rollout };
  await writeJson(files.desired, desired);
}

function versionInService({ status, version }: InServiceRequest): string {
  const { name, model } = status;
  const remedy = `Request it: galley deploy request ${name}${version === undefined ? '' : ` --version ${version}`}.`;
  if (status.version === undefined)
    throw new GalleyError('not-found', `No version of ${model} is in service in ${name}.`, {
      subject: name,
      remedy,
    });
  if (version !== undefined && version !== status.version)
    throw new GalleyError(
      'policy',
      `In ${name} v${status.version} of ${model} is in service, not v${version}.`,
      { subject: name, remedy },
    );
  return status.version;
}

async function assertSameArtifact(
  { status, events, registry }: InServiceRequest,
  version: string,
  artifact: string,
): Promise<void> {
  const { name, model } = status;
  const rolledOut = events
    .filter(
      ({ kind, deployment }) => deployment === name && (kind === 'rolled-out' || kind === 'rolled-back'),
    )
    .map(({ binding }) => binding)
    .filter((binding) => binding?.model === model && binding.version === version)
    .at(-1);
  const expected = rolledOut?.digest ?? (await registry.version(model, version)).tags[versionTags.digest];
  if (expected === (await artifactDigest(artifact))) return;
  throw new GalleyError(
    'policy',
    `The artifact of ${model} v${version} is not the one that was rolled out to ${name}.`,
    { subject: artifact, remedy: 'Register the model again and request its deployment.' },
  );
}
