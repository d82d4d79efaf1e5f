import type { RelatedPlace } from '../diagnostics';
import { stageEdges } from '../graph';
import type { StageEdge } from '../graph';
import { entriesOf, childOf, entryAt, nodeAt, textOf } from '../nodes';
import type { Span } from '../nodes';
import { related, report } from '../report';
import type { Source } from '../report';
import type { PipelineSpec } from '../spec';

/** Reports stages, and deployments by `after`, that wait for one another: each circle once, with its whole path. */
export function checkCycles(source: Source, spec: PipelineSpec): void {
  const edges = stageEdges(spec).map((edge) => ({ from: edge.stage, to: edge.on, edge }));
  for (const cycle of findCycles(Object.keys(spec.stages), edges)) {
    const spans = cycle.map(({ edge }) => spanOfEdge(source, edge));
    tell(
      source,
      'stages',
      cycle,
      spans,
      ({ edge }) => `\`${edge.stage}\` needs \`${edge.on}\` by \`${edge.text}\`.`,
    );
  }
  const afters = entriesOf(childOf(source.root, 'deployments')).flatMap(({ key, value }) => {
    const to = textOf(childOf(value, 'after'));
    return to === undefined ? [] : [{ from: key, to }];
  });
  const names = entriesOf(childOf(source.root, 'deployments')).map(({ key }) => key);
  for (const cycle of findCycles(names, afters)) {
    const spans = cycle.map(
      ({ from }) => nodeAt(source.root, ['deployments', from, 'after'])?.span ?? { start: 0, end: 0 },
    );
    tell(source, 'deployments', cycle, spans, ({ from, to }) => `\`${from}\` comes after \`${to}\`.`);
  }
}

/** Names of a circle that are shown; longer ones are read by nobody. */
const maximumShown = 50;

interface Link {
  from: string;
  to: string;
}

function tell<L extends Link>(
  source: Source,
  what: string,
  cycle: L[],
  spans: Span[],
  why: (link: L) => string,
): void {
  const [first] = cycle;
  const [span] = spans;
  if (first === undefined || span === undefined) return;
  const around = [...cycle.map(({ from }) => from), first.from].map((name) => `\`${name}\``);
  const path = [...around.slice(0, maximumShown), ...(around.length > maximumShown ? ['…'] : [])].join(' → ');
  const message =
    cycle.length === 1
      ? `\`${first.from}\` waits for itself.`
      : `These ${what} wait for one another: ${path}. Break the circle at one of them.`;
  const places = cycle.slice(0, maximumShown).flatMap((link, index): RelatedPlace[] => {
    const place = spans[index];
    return place === undefined ? [] : [related(source, place, why(link))];
  });
  report(source, 'cycle', 'error', span, message, places);
}

/** The reference or path that makes the dependency, or the nearest place that is known. */
function spanOfEdge(source: Source, edge: StageEdge): Span {
  const node = nodeAt(source.root, edge.at) ?? nodeAt(source.root, edge.at.slice(0, -1));
  if (node !== undefined) {
    const at = source.text.slice(node.span.start, node.span.end).indexOf(edge.text);
    if (at >= 0) return { start: node.span.start + at, end: node.span.start + at + edge.text.length };
    if (node.kind === 'scalar') return node.span;
  }
  return entryAt(source.root, ['stages', edge.stage])?.keySpan ?? { start: 0, end: 0 };
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
  const queue = [start];
  for (let name = queue.shift(); name !== undefined; name = queue.shift())
    for (const link of linksOf(name)) {
      if (link.to === start) {
        const path = [link];
        for (let at = link.from; at !== start;) {
          const before = reachedBy.get(at);
          if (before === undefined) return undefined;
          path.unshift(before);
          at = before.from;
        }
        return path;
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
