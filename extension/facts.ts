/** How numbers, times and states are written in trees, lenses and messages (UI.md). Times are Unix milliseconds. */

/** Joins what is there with ` · `, at most three facts. */
export function facts(...parts: (string | undefined | false)[]): string {
  return parts
    .filter((part) => typeof part === 'string' && part !== '')
    .slice(0, 3)
    .join(' · ');
}

/** A whole number with thousands separators: `1,284`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 run`, `1,284 runs`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A metric with at most four significant digits; MLflow's NaN and infinities in words. */
export function metricValue(value: number | null): string {
  if (value === null || Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return count(value);
  const magnitude = Math.abs(value);
  return magnitude >= 1e-4 && magnitude < 1e9 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
}

/** `0.2 s`, `41 s`, `3 min 5 s`, `1 h 04 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `just now`, `20 min ago`, `3 h ago`, `2 days ago`, then the date. */
export function ago(at: number, now = Date.now()): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.floor(minutes / (24 * 60));
  return days < 14 ? `${days} day${days === 1 ? '' : 's'} ago` : new Date(at).toISOString().slice(0, 10);
}

/** Local date and time for tooltips. */
export function moment(at: number): string {
  return new Date(at).toLocaleString();
}
