/** Points of a curve; `x` ascending, both of the same length. `y` may hold NaN, which breaks the line. */
export interface Points {
  x: Float64Array;
  y: Float64Array;
}

/** Index of the first `x` that is not below `value`. */
export function lowerBound(x: Float64Array, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((x[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the point nearest to `value`, -1 when there is none. */
export function nearest(x: Float64Array, value: number): number {
  if (x.length === 0) return -1;
  const after = lowerBound(x, value);
  if (after === 0) return 0;
  if (after === x.length) return x.length - 1;
  return value - (x[after - 1] ?? 0) <= (x[after] ?? 0) - value ? after - 1 : after;
}

/**
 * The points of [from, to] (and one beyond each end) thinned to at most four per bucket: first, lowest, highest and
 * last, in their order and at their own x, so that every spike stays and no value is moved. Infinite values count as
 * gaps, like NaN: a bucket that has one keeps one.
 */
export function decimate(points: Points, from: number, to: number, buckets: number): Points {
  const start = Math.max(0, lowerBound(points.x, from) - 1);
  let end = lowerBound(points.x, to);
  while (end < points.x.length && (points.x[end] ?? Infinity) <= to) end += 1;
  end = Math.min(points.x.length, end + 1);
  if (end - start <= buckets * 4 || buckets < 1) {
    return { x: points.x.slice(start, end), y: points.y.slice(start, end) };
  }
  const x = new Float64Array(buckets * 5);
  const y = new Float64Array(buckets * 5);
  let length = 0;
  const width = (end - start) / buckets;
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const first = start + Math.floor(bucket * width);
    const last = start + Math.floor((bucket + 1) * width) - 1;
    let low = -1;
    let high = -1;
    let gap = -1;
    for (let i = first; i <= last; i += 1) {
      const value = points.y[i] ?? NaN;
      if (!Number.isFinite(value)) gap = i;
      else {
        if (low < 0 || value < (points.y[low] ?? NaN)) low = i;
        if (high < 0 || value > (points.y[high] ?? NaN)) high = i;
      }
    }
    let previous = -1;
    for (const i of [first, low, high, gap, last].filter((i) => i >= 0).sort((a, b) => a - b)) {
      if (i === previous) continue;
      previous = i;
      x[length] = points.x[i] ?? NaN;
      y[length] = points.y[i] ?? NaN;
      length += 1;
    }
  }
  return { x: x.slice(0, length), y: y.slice(0, length) };
}

/** Lowest and highest finite value; undefined when there is none. */
export function extent(values: Float64Array): [number, number] | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}
