import type { RegisterCommand } from '../context';

/**
 * Commands by name, in the order of `galley --help`: the order of a model's life. Each is loaded when it is asked for,
 * so that `galley validate` does not wait for stores, git and DuckDB.
 */
export const commands: Readonly<Record<string, () => Promise<RegisterCommand>>> = {
  validate: async () => (await import('./validate')).registerValidate,
  graph: async () => (await import('./graph')).registerGraph,
  run: async () => (await import('./run')).registerRun,
  runs: async () => (await import('./runs')).registerRuns,
  track: async () => (await import('./track')).registerTrack,
  models: async () => (await import('./models')).registerModels,
  deploy: async () => (await import('./deploy')).registerDeploy,
  serve: async () => (await import('./serve')).registerServe,
  drift: async () => (await import('./drift')).registerDrift,
  monitor: async () => (await import('./monitor')).registerMonitor,
  ledger: async () => (await import('./ledger')).registerLedger,
  backends: async () => (await import('./backends')).registerBackends,
};
