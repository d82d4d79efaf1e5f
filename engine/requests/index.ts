import type { EngineRequests } from '../protocol';
import { backendHandlers } from './backends';
import { deploymentHandlers } from './deployments';
import type { Handlers } from './handlers';
import { modelHandlers } from './models';
import { monitorHandlers } from './monitors';
import { pipelineHandlers } from './pipelines';
import { runHandlers } from './runs';

/** Every request of the protocol; the type makes a missing one a compile error. */
export const requestHandlers: Handlers<keyof EngineRequests> = {
  ...pipelineHandlers,
  ...runHandlers,
  ...modelHandlers,
  ...deploymentHandlers,
  ...monitorHandlers,
  ...backendHandlers,
};
