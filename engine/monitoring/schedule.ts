import { Cron } from 'croner';

/** A cron expression of five fields in the machine's time zone. */
function cron(schedule: string): Cron {
  return new Cron(schedule, { mode: '5-part', paused: true });
}

/**
 * The newest time at which a schedule was due after `since` and not after `now`: one, however many were missed.
 * @param since when it was done last, milliseconds since the epoch
 * @throws when the schedule is no cron expression
 */
export function dueSince(schedule: string, since: number, now: number): number | undefined {
  // A run at exactly the time of reference is not before it.
  const due = cron(schedule)
    .previousRuns(1, new Date(now + 1))[0]
    ?.getTime();
  return due !== undefined && due > since && due <= now ? due : undefined;
}

/** The next time after `now`; undefined when there is none (30 February). */
export function nextDue(schedule: string, now: number): number | undefined {
  return cron(schedule).nextRun(new Date(now))?.getTime();
}
