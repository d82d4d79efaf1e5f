/** Round places for the ticks of a time axis, in milliseconds. */
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
  ...[100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 30, 91, 182, 365].map((n) => n * day),
];

/** The smallest round step that gives at most `most` ticks over `range`. */
export function timeStep(range: number, most: number): number {
  return steps.find((step) => range / step <= most) ?? 365 * day * Math.ceil(range / (365 * day * most));
}

/**
 * Ticks within [from, to]. `offset` is what to add to a time to get the local clock, so that days begin at midnight;
 * 0 for durations.
 */
export function timeTicks(from: number, to: number, most: number, offset = 0): number[] {
  const step = timeStep(to - from, most);
  const ticks: number[] = [];
  for (let at = Math.ceil((from + offset) / step) * step; at <= to + offset; at += step)
    ticks.push(at - offset);
  return ticks;
}

/** Label of a duration tick: `0`, `30 s`, `1:30 min`, `1:30 h`. */
export function durationTick(milliseconds: number, range: number): string {
  if (milliseconds === 0) return '0';
  const seconds = milliseconds / second;
  if (range < 2 * minute) return `${String(Number(seconds.toFixed(1)))} s`;
  if (range < 2 * hour) return clock(seconds, 'min');
  if (range < 4 * day) return clock(seconds / 60, 'h');
  return `${String(Number((milliseconds / day).toFixed(1)))} d`;
}

function clock(small: number, unit: string): string {
  const whole = Math.floor(small / 60);
  const rest = Math.round(small % 60);
  return `${String(whole)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`} ${unit}`;
}

/** Label of a tick on the local clock: time of day within two days (midnight is the new day's date), otherwise the date. */
export function clockTick(at: number, range: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (range >= 2 * day) {
    const label = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    return range >= 300 * day ? `${String(date.getFullYear())}-${label}` : label;
  }
  // A day begins: which one?
  if (date.getHours() === 0 && date.getMinutes() === 0 && range > 12 * hour) {
    return `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  }
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return range < 5 * minute ? `${time}:${two(date.getSeconds())}` : time;
}
