import { GalleyError } from '../errors';
import type { RetrainingSpec } from '../pipeline/spec';
import type { LoadedPipeline } from '../pipeline/types';
import type { StartRun } from '../training/types';

export interface RetrainRequest {
  /** Monitor that asks for it. */
  monitor?: string;
  /** Policy of the spec; absent: the one for the monitor's deployment, else the first, else all stages. */
  retraining?: string;
}

function policyFor(pipeline: LoadedPipeline, request: RetrainRequest): [string, RetrainingSpec] | undefined {
  const { spec, file } = pipeline;
  const policies = Object.entries(spec.retraining);
  if (request.retraining !== undefined) {
    const named = policies.find(([name]) => name === request.retraining);
    if (named !== undefined) return named;
    throw new GalleyError('not-found', `${file} has no retraining “${request.retraining}”.`, {
      remedy:
        policies.length === 0
          ? 'Add it below retraining, or name none.'
          : `Use one of ${policies.map(([name]) => name).join(', ')}.`,
      subject: file,
    });
  }
  const deployment = request.monitor === undefined ? undefined : spec.monitors[request.monitor]?.deployment;
  return (
    policies.find(([, policy]) => deployment !== undefined && policy.thenRequest === deployment) ??
    policies[0]
  );
}

/**
 * The run that a monitor or a retraining policy asks for.
 * @throws GalleyError `not-found` when the spec has not the monitor or the policy
 */
export function retrainingRun(pipeline: LoadedPipeline, request: RetrainRequest): StartRun {
  const { spec, file } = pipeline;
  if (request.monitor !== undefined && !Object.hasOwn(spec.monitors, request.monitor))
    throw new GalleyError('not-found', `${file} has no monitor “${request.monitor}”.`, {
      remedy: 'Check the name below monitors.',
      subject: file,
    });
  const found = policyFor(pipeline, request);
  const [name, policy]: [string, RetrainingSpec] = found ?? ['all', { stages: 'all', params: {} }];
  const params = Object.entries(policy.params).map(([key, value]) => [key, String(value)] as const);
  return {
    spec: file,
    ...(policy.stages === 'all' ? {} : { stages: policy.stages }),
    ...(params.length === 0 ? {} : { params: Object.fromEntries(params) }),
    trigger: `retrain:${request.monitor ?? name}`,
    ...(policy.thenRequest === undefined ? {} : { thenRequest: policy.thenRequest }),
  };
}
