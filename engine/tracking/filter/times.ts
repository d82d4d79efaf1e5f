import type { Period } from './expression';

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const part = String.raw`(\d+(?:\.\d+)?)\s*(ms|sec|s|min|m|h|d|w)`;
/** A duration at the beginning of a text, e.g. `90s`, `2h30m`, `1.5 d`. */
export const durationPattern = new RegExp(String.raw`(?:${part}\s*)+?(?![\p{L}\p{N}_.])`, 'iuy');

/** Milliseconds of a duration that {@link durationPattern} matched. */
export function durationOf(text: string): number {
  return [...text.matchAll(new RegExp(part, 'gi'))].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit?.toLowerCase() ?? ''] ?? 0),
    0,
  );
}

const datePattern =
  /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z|[+-]\d{2}:?\d{2})?)?)?$/;

/** A point in time as a word: `now`, `today`, `yesterday`, or a date with or without a time of day. */
export const timePattern =
  /(?:now|today|yesterday)(?![\p{L}\p{N}_])|\d{4}-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?(?![\p{L}\p{N}_:-])/iuy;

function day(at: Date, days: number): Period {
  const from = new Date(at.getFullYear(), at.getMonth(), at.getDate() + days);
  const until = new Date(at.getFullYear(), at.getMonth(), at.getDate() + days + 1);
  return { from: from.getTime(), until: until.getTime() };
}

/**
 * The stretch of time that a word or an ISO 8601 date stands for, in local time unless it names a zone.
 * @param now milliseconds since the Unix epoch
 * @returns undefined when it is no date
 */
export function periodOf(text: string, now: number): Period | undefined {
  const word = text.trim().toLowerCase();
  if (word === 'now') return { from: now, until: now + 1 };
  if (word === 'today') return day(new Date(now), 0);
  if (word === 'yesterday') return day(new Date(now), -1);
  const match = datePattern.exec(text.trim());
  if (match === null) return undefined;
  const [, year = '', month = '', date, hour, minute, second, fraction, zone] = match;
  const numbers = [Number(year), Number(month) - 1, Number(date ?? 1)] as const;
  const noon = new Date(Date.UTC(...numbers));
  // Date takes the 31st of April for the 1st of May.
  if (noon.getUTCMonth() !== numbers[1] || noon.getUTCDate() !== numbers[2]) return undefined;
  if (date === undefined)
    return {
      from: new Date(numbers[0], numbers[1]).getTime(),
      until: new Date(numbers[0], numbers[1] + 1).getTime(),
    };
  if (hour === undefined) return day(new Date(...numbers), 0);
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return undefined;
  const clock = [
    Number(hour),
    Number(minute),
    Number(second ?? 0),
    Number((fraction ?? '').padEnd(3, '0')),
  ] as const;
  const length = fraction !== undefined ? 1 : second !== undefined ? 1000 : 60_000;
  const from =
    zone === undefined
      ? new Date(...numbers, ...clock).getTime()
      : Date.UTC(...numbers, ...clock) - offsetOf(zone);
  return { from, until: from + length };
}

/** Milliseconds that a zone such as `+02:00` is ahead of UTC. */
function offsetOf(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
}
