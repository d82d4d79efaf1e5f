import type { Distribution } from '../types';
import type { ColumnSample } from './sample';
import { shares } from './statistics/frequencies';
import { binCounts, equalEdges } from './statistics/histogram';

const bins = 20;
const mostCategories = 15;

/** Both sides for a chart: 20 equal bins over both, or the 15 most frequent categories and the rest as `other`. */
export function distributionOf(sample: ColumnSample): Distribution {
  if (sample.kind === 'numeric') {
    const { reference, current } = sample;
    const low = Math.min(reference[0] ?? 0, current[0] ?? 0);
    const high = Math.max(reference.at(-1) ?? 0, current.at(-1) ?? 0);
    const edges = equalEdges(low, high, low === high ? 1 : bins);
    return {
      edges: Array.from(edges),
      reference: shares(binCounts(reference, edges)),
      current: shares(binCounts(current, edges)),
    };
  }
  const reference = shares(sample.reference);
  const current = shares(sample.current);
  const at = (values: number[], i: number) => values[i] ?? 0;
  const order = sample.values
    .map((_, i) => i)
    .sort((a, b) => at(reference, b) + at(current, b) - at(reference, a) - at(current, a));
  const shown = order.slice(0, mostCategories);
  const others = order.slice(mostCategories);
  const pick = (values: number[]) => {
    const rest = others.reduce((sum, i) => sum + at(values, i), 0);
    return [...shown.map((i) => at(values, i)), ...(others.length > 0 ? [rest] : [])];
  };
  return {
    categories: [...shown.map((i) => sample.values[i] ?? ''), ...(others.length > 0 ? ['other'] : [])],
    reference: pick(reference),
    current: pick(current),
  };
}
