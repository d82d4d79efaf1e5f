/** Durations and points in time as text; times are milliseconds since the Unix epoch. */
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const two = (value: number): string => String(value).padStart(2, '0');

/** A length of time, two units at most: `0.2 s`, `41 s`, `3 min 05 s`, `1 h 04 min`, `2 d 3 h`. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds) || milliseconds < 0) return '';
  if (milliseconds < 9.95 * second) return `${(milliseconds / second).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / second);
  if (seconds < 60) return `${String(seconds)} s`;
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))} min ${two(seconds % 60)} s`;
  const minutes = Math.round(milliseconds / minute);
  if (minutes < 24 * 60) return `${String(Math.floor(minutes / 60))} h ${two(minutes % 60)} min`;
  const hours = Math.round(milliseconds / hour);
  return `${String(Math.floor(hours / 24))} d ${String(hours % 24)} h`;
}

/** How long ago (or in how long): `now`, `40 min ago`, `3 h ago`, `5 d ago`, later the date. */
export function formatRelative(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance < minute) return 'now';
  if (distance >= 30 * day) return formatAbsolute(at).slice(0, 10);
  const amount =
    distance < hour
      ? `${String(Math.floor(distance / minute))} min`
      : distance < day
        ? `${String(Math.floor(distance / hour))} h`
        : `${String(Math.floor(distance / day))} d`;
  return at <= now ? `${amount} ago` : `in ${amount}`;
}

/** Local date and time with the offset from UTC: `2026-10-03 14:05:12 UTC+02:00`. */
export function formatAbsolute(at: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  const offset = -date.getTimezoneOffset();
  const size = Math.abs(offset);
  const zone = offset === 0 ? '' : `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return (
    `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} UTC${zone}`
  );
}
