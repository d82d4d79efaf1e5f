import { Cron } from 'croner';
import { childOf, entriesOf, textOf } from '../nodes';
import { report } from '../report';
import type { Source } from '../report';

/** Reports schedules that are no cron expression with five fields, or never come. */
export function checkSchedules(source: Source): void {
  for (const section of ['monitors', 'retraining'])
    for (const { value } of entriesOf(childOf(source.root, section))) {
      const node = childOf(value, 'schedule');
      const schedule = textOf(node);
      if (node === undefined || schedule === undefined || schedule === '') continue;
      const problem = scheduleProblem(schedule);
      if (problem !== undefined) report(source, 'schedule', problem.severity, node.span, problem.message);
    }
}

/** Why a text is no schedule that ever comes; undefined when it is one. */
export function scheduleProblem(
  schedule: string,
): { severity: 'error' | 'warning'; message: string } | undefined {
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5)
    return {
      severity: 'error',
      message: `\`${schedule}\` has ${fields.length} fields. A schedule has five: minute, hour, day of month, month, day of week.`,
    };
  try {
    const cron = new Cron(schedule, { paused: true, mode: '5-part' });
    if (cron.nextRun() !== null) return undefined;
    return { severity: 'warning', message: `\`${schedule}\` never comes.` };
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, '');
    return { severity: 'error', message: `\`${schedule}\` is no schedule: ${reason.replace(/\.?$/, '.')}` };
  }
}
