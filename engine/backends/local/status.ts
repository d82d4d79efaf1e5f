import type { TrackingStore } from '../../tracking/types';
import { errorData } from '../../errors';
import type { BackendStatus } from '../types';

/** Status of the embedded backend: the project's own store and this machine's processes. */
export async function localStatus(root: string, tracking: TrackingStore): Promise<BackendStatus> {
  const base: Omit<BackendStatus, 'state' | 'summary'> = {
    name: 'local',
    kind: 'local',
    address: root,
    capabilities: ['tracking', 'registry', 'training', 'serving', 'approval'],
  };
  try {
    const experiments = await tracking.experiments();
    const { total } = await tracking.runs({ experimentIds: experiments.map(({ id }) => id), limit: 0 });
    const runs = total === 1 ? '1 run' : `${total.toLocaleString('en')} runs`;
    return { ...base, state: 'connected', summary: `mlflow.db · ${runs}` };
  } catch (error) {
    const { message, remedy } = errorData(error);
    return { ...base, state: 'unreachable', summary: message, ...(remedy === undefined ? {} : { remedy }) };
  }
}
