import type { DeploymentSpec } from '../../pipeline/spec';
import type { ExpressionScope } from '../../pipeline/types';
import type { ServingState } from '../types';

/** One version that a target shall bring into service. */
export interface TargetRollout {
  deployment: string;
  spec: DeploymentSpec;
  /** Absolute folder of the spec file: where the deployment's `serve` command runs. */
  folder: string;
  model: string;
  version: string;
  /** Local file or folder that holds the version's artifact. */
  artifact: string;
  /** What the spec's own references in the `serve` command mean (`specScope(spec, {})`), beside `model.*`, `port`, `env.*`. */
  scope?: ExpressionScope;
}

/**
 * Where models are served. Callers check policy and approvals first: a target serves what it is told to serve.
 * Every method rejects with a `GalleyError`.
 */
export interface ServingTarget {
  /**
   * Brings a version into service and answers once it has all the traffic of the deployment (canary steps
   * included). When the version cannot be brought into service, what was in service before stays in service and
   * the promise rejects: `failed` (the model server did not get healthy, or a canary step went back; with the
   * server's last lines), `invalid` (the deployment says nothing to serve), `unsupported` (another kind of target).
   */
  rollout(request: TargetRollout): Promise<ServingState>;
  /**
   * What the target knows of a deployment now; undefined when it never served it. One whose process is gone is
   * settled as `stopped`, with the reason.
   */
  state(deployment: string): Promise<ServingState | undefined>;
  /** Takes a deployment out of service and answers once its processes are gone; nothing in service is no error. */
  stop(deployment: string): Promise<void>;
}

export { createLocalTarget } from './local';
