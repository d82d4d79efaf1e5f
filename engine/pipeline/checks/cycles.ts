import type { Range, RelatedPlace } from '../diagnostics';
import { stageEdges } from '../graph';
import type { StageEdge } from '../graph';
import { entryAt, nodeAt } from '../nodes';
import type { Span } from '../nodes';
import type { PipelineSpec } from '../spec';
import type { PlacedBlock, Whole } from '../whole';

/** Circles of stages that wait for one another. */
export function stageCycles(spec: PipelineSpec): StageLink[][] {
  const edges = stageEdges(spec).map((edge) => ({ from: edge.stage, to: edge.on, edge }));
  return findCycles(Object.keys(spec.stages), edges);
}

/** A dependency between stages, as a step of a circle. */
export interface StageLink extends Link {
  edge: StageEdge;
}

/**
 * Reports stages, and deployments by `after`, that wait for one another: each circle once, with its whole path.
 * @param cycles circles of stages, as `stageCycles` finds them
 */
export function checkCycles(whole: Whole, cycles: StageLink[][]): void {
  if (cycles.length > 0) {
    const placeOf = new Map<string, PlacedBlock>();
    for (const placed of whole.blocks)
      for (const { section, name } of placed.block.facts.entries)
        if (section === 'stages' && !placeOf.has(name)) placeOf.set(name, placed);
    for (const cycle of cycles) {
      const places = cycle.slice(0, maximumShown).map(({ edge }) => edgePlace(placeOf.get(edge.stage), edge));
      const why = ({ edge }: StageLink) => `\`${edge.stage}\` needs \`${edge.on}\` by \`${edge.text}\`.`;
      report(whole, 'stages', cycle, places, why);
    }
  }
  const afters = whole.blocks.flatMap((placed) =>
    placed.block.facts.afters.map((after) => ({ ...after, placed })),
  );
  if (afters.length === 0) return;
  const names = [...whole.declared.deployments];
  for (const cycle of findCycles(names, afters)) {
    const places = cycle.slice(0, maximumShown).map(({ placed, range }) => ({ placed, range }));
    report(whole, 'deployments', cycle, places, ({ from, to }) => `\`${from}\` comes after \`${to}\`.`);
  }
}

/** Names of a circle that are shown; longer ones are read by nobody. */
const maximumShown = 50;

interface Link {
  from: string;
  to: string;
}

interface Place {
  placed: PlacedBlock;
  range: Range;
}

function report<L extends Link>(
  whole: Whole,
  what: string,
  cycle: L[],
  places: (Place | undefined)[],
  why: (link: L) => string,
): void {
  const [first] = cycle;
  const [place] = places;
  if (first === undefined || place === undefined) return;
  const around = [...cycle.map(({ from }) => from), first.from].map((name) => `\`${name}\``);
  const path = [...around.slice(0, maximumShown), ...(around.length > maximumShown ? ['…'] : [])].join(' → ');
  const message =
    cycle.length === 1
      ? `\`${first.from}\` waits for itself.`
      : `These ${what} wait for one another: ${path}. Break the circle at one of them.`;
  const steps = cycle.slice(0, maximumShown).flatMap((link, index): RelatedPlace[] => {
    const at = places[index];
    return at === undefined ? [] : [whole.related(at.placed, at.range, why(link))];
  });
  whole.tell('cycle', 'error', place.placed, place.range, message, { related: steps });
}

/** The reference or path that makes the dependency, or the nearest place that is known. */
function edgePlace(placed: PlacedBlock | undefined, edge: StageEdge): Place | undefined {
  if (placed === undefined) return undefined;
  const { root, text, lines } = placed.block.source;
  const range = (span: Span) => ({ placed, range: lines.range(span) });
  const node = nodeAt(root, edge.at) ?? nodeAt(root, edge.at.slice(0, -1));
  if (node !== undefined) {
    const at = text.slice(node.span.start, node.span.end).indexOf(edge.text);
    const start = node.span.start + at;
    if (at >= 0) return range({ start, end: start + edge.text.length });
    if (node.kind === 'scalar') return range(node.span);
  }
  return range(entryAt(root, ['stages', edge.stage])?.keySpan ?? { start: 0, end: 0 });
}

/** One shortest circle through the first member of each group of names that reach one another. */
export function findCycles<L extends Link>(names: string[], links: L[]): L[][] {
  const from = new Map<string, L[]>(names.map((name) => [name, []]));
  for (const link of links) if (from.has(link.to)) from.get(link.from)?.push(link);
  const group = strongComponents(names, (name) => (from.get(name) ?? []).map(({ to }) => to));
  const told = new Set<number>();
  const cycles: L[][] = [];
  for (const name of names) {
    const own = group.get(name);
    if (own === undefined || told.has(own)) continue;
    const cycle = shortestCycle(name, (at) => (from.get(at) ?? []).filter(({ to }) => group.get(to) === own));
    if (cycle === undefined) continue;
    told.add(own);
    cycles.push(cycle);
  }
  return cycles;
}

function shortestCycle<L extends Link>(start: string, linksOf: (name: string) => L[]): L[] | undefined {
  const reachedBy = new Map<string, L>();
  // The queue grows while it is walked.
  const queue = [start];
  for (const name of queue)
    for (const link of linksOf(name)) {
      if (link.to === start) {
        const path = [link];
        for (let at = link.from; at !== start;) {
          const before = reachedBy.get(at);
          if (before === undefined) return undefined;
          path.push(before);
          at = before.from;
        }
        return path.reverse();
      }
      if (reachedBy.has(link.to)) continue;
      reachedBy.set(link.to, link);
      queue.push(link.to);
    }
  return undefined;
}

/** Number of the strongly connected component of each name (Tarjan, without recursion: chains may be long). */
function strongComponents(names: string[], next: (name: string) => string[]): Map<string, number> {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const component = new Map<string, number>();
  const stack: string[] = [];
  let components = 0;
  for (const root of names) {
    if (index.has(root)) continue;
    const path: { name: string; others: string[]; at: number }[] = [];
    const enter = (name: string) => {
      index.set(name, index.size);
      low.set(name, index.size - 1);
      stack.push(name);
      path.push({ name, others: next(name), at: 0 });
    };
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { name } = top;
      const other = top.others[top.at++];
      if (other !== undefined) {
        if (!index.has(other)) enter(other);
        else if (!component.has(other)) low.set(name, Math.min(low.get(name) ?? 0, index.get(other) ?? 0));
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low.set(parent.name, Math.min(low.get(parent.name) ?? 0, low.get(name) ?? 0));
      if (low.get(name) !== index.get(name)) continue;
      for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
        component.set(member, components);
        if (member === name) break;
      }
      components++;
    }
  }
  return component;
}
