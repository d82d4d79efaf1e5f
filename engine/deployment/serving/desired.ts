import type { CommandSpec, RolloutSpec } from '../../pipeline/spec';
import type { ExpressionScope } from '../../pipeline/types';
import { readJson, type ServingFiles } from './files';

/** Everything needed to start the model server of one version. */
export interface ServedModel {
  model: string;
  version: string;
  /** Local file or folder of the version's artifact. */
  artifact: string;
  /** Where the command runs. */
  folder: string;
  run: CommandSpec;
  /** HTTP path that answers 2xx when the server is ready. */
  health: string;
  /** Seconds to wait for health. */
  startSeconds: number;
  /** References of the command beside `model.*`, `port` and `env.*`. */
  scope: ExpressionScope;
}

/** What a serve process shall do; each rollout or stop has an id of its own. */
export type Desired =
  { id: string; action: 'serve'; served: ServedModel; rollout: RolloutSpec } | { id: string; action: 'stop' };

/** What a serve process leaves to the next one of the same deployment. */
export interface ServingRecord {
  /** In service; a new serve process goes on with it. */
  served?: ServedModel;
  /** Id of the last {@link Desired} that was carried out or has failed; it is not tried again. */
  handled?: string;
  /** Port of the deployment's address, to get the same again. */
  port?: number;
}

export async function readDesired(files: ServingFiles): Promise<Desired | undefined> {
  return (await readJson(files.desired)) as Desired | undefined;
}

export async function readRecord(files: ServingFiles): Promise<ServingRecord> {
  return ((await readJson(files.record)) as ServingRecord | undefined) ?? {};
}

/** Whether two model servers would be started in the same way from the same artifact. */
export function sameServed(a: ServedModel, b: ServedModel): boolean {
  const facts = (one: ServedModel) =>
    JSON.stringify([one.model, one.version, one.artifact, one.folder, one.run, one.health, one.scope]);
  return facts(a) === facts(b);
}
