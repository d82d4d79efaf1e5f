import type { RegisterCommand } from '../context';
import { registerBackends } from './backends';
import { registerDeploy } from './deploy';
import { registerDrift } from './drift';
import { registerGraph } from './graph';
import { registerLedger } from './ledger';
import { registerModels } from './models';
import { registerMonitor } from './monitor';
import { registerRun } from './run';
import { registerRuns } from './runs';
import { registerServe } from './serve';
import { registerTrack } from './track';
import { registerValidate } from './validate';

/** In the order of `galley --help`: the order of a model's life. */
export const commands: RegisterCommand[] = [
  registerValidate,
  registerGraph,
  registerRun,
  registerRuns,
  registerTrack,
  registerModels,
  registerDeploy,
  registerServe,
  registerDrift,
  registerMonitor,
  registerLedger,
  registerBackends,
];
