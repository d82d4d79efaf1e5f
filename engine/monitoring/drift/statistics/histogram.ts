/** What a value's storage does to the edges of bins. */
export interface NumberStorage {
  /** Whole numbers on both sides: bins are at least one wide. */
  integer: boolean;
  /** 32-bit floats on both sides: edges are rounded to them. */
  single: boolean;
}

/**
 * Edges of equal bins as NumPy's `linspace` gives them; a single value gets one bin of width 1 around it.
 * @param single compute in 32-bit floats, as NumPy does for such data
 */
export function equalEdges(first: number, last: number, bins: number, single = false): Float64Array {
  const round = single ? Math.fround : (value: number) => value;
  const low = first === last ? first - 0.5 : first;
  const high = first === last ? last + 0.5 : last;
  const step = round(round(high - low) / bins);
  return Float64Array.from({ length: bins + 1 }, (_, i) =>
    i === bins ? high : round(round(i * step) + low),
  );
}

/**
 * Edges by Sturges' rule, log2(n) + 1 bins, computed as NumPy's `histogram_bin_edges(bins='sturges')` does.
 * @param count how many values the rule counts
 */
export function sturgesEdges(
  first: number,
  last: number,
  count: number,
  storage: NumberStorage,
): Float64Array {
  const range = storage.single ? Math.fround(last - first) : last - first;
  let width = range / (Math.log2(count) + 1);
  if (storage.integer && width < 1 && width > 0) width = 1;
  return equalEdges(first, last, width > 0 ? Math.ceil(range / width) : 1, storage.single);
}

/** Index of the first sorted value that is not below (`right`: that is above) the bound. */
function position(sorted: Float64Array, bound: number, right: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = sorted[middle] ?? 0;
    if (value < bound || (right && value === bound)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Values per bin; a bin includes its lower edge, the last one its upper edge too. */
export function binCounts(sorted: Float64Array, edges: Float64Array): number[] {
  const last = edges.length - 1;
  const positions = Array.from(edges, (edge, i) => position(sorted, edge, i === last));
  return positions.slice(1).map((end, i) => end - (positions[i] ?? 0));
}
