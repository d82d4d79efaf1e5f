import { GalleyError } from '../../engine/errors';
import type { MonitorStatus } from '../../engine/monitoring/types';
import type { Services } from '../services';
import type { Target } from '../target';
import { monitorFacts } from '../views/monitors';
import { askRoot } from './projects';
import { chooseUnlessOne } from './prompts';

/** The monitor that a command is about. */
export async function askMonitor(
  services: Services,
  target: Target | undefined,
  title: string,
  what = '',
  fits: (monitor: MonitorStatus) => boolean = () => true,
): Promise<{ root: string; monitor: MonitorStatus }> {
  const root = await askRoot(services, target, title);
  const fitting = (await services.engine.request('monitors/list', { root }))
    .filter(
      ({ name, spec }) =>
        (target?.monitor === undefined || name === target.monitor) &&
        (target?.spec === undefined || spec === target.spec),
    )
    .filter(fits);
  if (fitting.length === 0) {
    throw new GalleyError('not-found', ['There is no monitor', what].filter(Boolean).join(' ') + '.', {
      remedy: 'Monitors are declared under monitors: in galley.yaml.',
    });
  }
  const monitor = await chooseUnlessOne(
    title,
    'Choose the monitor',
    fitting.map((candidate) => ({
      label: candidate.name,
      description: monitorFacts(candidate),
      value: candidate,
    })),
  );
  return { root, monitor };
}
