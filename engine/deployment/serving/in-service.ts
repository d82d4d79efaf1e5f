import { randomUUID } from 'node:crypto';
import { GalleyError } from '../../errors';
import { specScope } from '../../pipeline/expressions';
import { loadPipeline } from '../../pipeline/load';
import { artifactDigest } from '../../registry/digest';
import { versionTags, type ModelRegistry } from '../../registry/types';
import { galleyFolder } from '../../project-files/galley-folder';
import { replaceJson } from '../../project-files/replace-file';
import { policyDigest } from '../policy';
import type { Binding, DeploymentStatus, LedgerEvent } from '../types';
import { readRecord, type Desired } from './desired';
import { servingFiles } from './files';
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
 * when another version, artifact or serving command than what was rolled out would be served
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
  const binding = rolledOutBinding(request, version);
  await assertSameArtifact(request, version, artifact, binding);
  // What was rolled out last knows its command, even when the spec has moved on since.
  const record = await readRecord(files);
  if (record.served?.version === version && record.served.artifact === artifact) return;
  if (binding !== undefined && binding.policyDigest !== policyDigest(pipeline.spec, spec))
    throw new GalleyError(
      'policy',
      `The deployment ${name} in ${status.spec} is not what it was when v${version} was rolled out.`,
      { subject: status.spec, remedy: 'Request the deployment again, so that it is reviewed as it is now.' },
    );
  await galleyFolder(root, 'serving', name);
  // The folder may remember a version that is not in service any more (rolled back on another machine).
  await replaceJson(files.record, record.port === undefined ? {} : { port: record.port });
  const desired: Desired = { id: randomUUID(), action: 'serve', served, rollout: spec.rollout };
  await replaceJson(files.desired, desired);
}

function versionInService({ status, version }: InServiceRequest): string {
  const { name, model } = status;
  const remedy = `Request it: galley deploy request ${name}${version === undefined ? '' : ` --model-version ${version}`}.`;
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

/** What the ledger's last rollout of that version was bound to. */
function rolledOutBinding({ status, events }: InServiceRequest, version: string): Binding | undefined {
  return events
    .filter(
      ({ kind, deployment }) =>
        deployment === status.name && (kind === 'rolled-out' || kind === 'rolled-back'),
    )
    .flatMap(({ binding }) => binding ?? [])
    .filter((binding) => binding.model === status.model && binding.version === version)
    .at(-1);
}

async function assertSameArtifact(
  { status, registry }: InServiceRequest,
  version: string,
  artifact: string,
  binding: Binding | undefined,
): Promise<void> {
  const { name, model } = status;
  const expected = binding?.digest ?? (await registry.version(model, version)).tags[versionTags.digest];
  if (expected === (await artifactDigest(artifact))) return;
  throw new GalleyError(
    'policy',
    `The artifact of ${model} v${version} is not the one that was rolled out to ${name}.`,
    { subject: artifact, remedy: 'Register the model again and request its deployment.' },
  );
}
