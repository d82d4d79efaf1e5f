import { findExpressions, parseReference } from './expressions';
import type { NodePath } from './nodes';
import { globBase, globPattern, isGlob, normalPath, withFolders } from './paths';
import { plainReference } from './plain-references';
import type { PipelineSpec, StageSpec } from './spec';
import type { StageGraph } from './types';

/** One stage needs another, and where the spec says so. */
export interface StageEdge {
  stage: string;
  on: string;
  /** Field of the spec that makes the dependency. */
  at: NodePath;
  /** The reference or path, as written. */
  text: string;
}

/** Which stage makes which path. */
interface Makers {
  byPath: Map<string, string>;
  match(path: string): string[];
}

function makersOf(spec: PipelineSpec): Makers {
  const byPath = new Map<string, string>();
  for (const [stage, { outputs }] of Object.entries(spec.stages))
    for (const written of Object.values(outputs)) {
      const place = normalPath(written);
      if (!byPath.has(place)) byPath.set(place, stage);
    }
  /** Paths of outputs by each folder that they are in. */
  let inFolder: Map<string, string[]> | undefined;
  const known = new Map<string, string[]>();
  const find = (written: string): string[] => {
    const glob = isGlob(written);
    const base = glob ? globBase(written) : normalPath(written);
    const inside = withFolders(base).flatMap((place) => byPath.get(place) ?? []);
    if (!glob) return inside;
    inFolder ??= outputsByFolder(byPath.keys());
    const pattern = globPattern(written);
    const candidates = base === '.' ? byPath.keys() : (inFolder.get(base) ?? []);
    return [
      ...inside,
      ...[...candidates].flatMap((place) => (pattern.test(place) ? (byPath.get(place) ?? []) : [])),
    ];
  };
  const match = (written: string): string[] => {
    const found = known.get(written) ?? find(written);
    known.set(written, found);
    return found;
  };
  return { byPath, match };
}

function outputsByFolder(paths: Iterable<string>): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const path of paths)
    for (const folder of withFolders(path).slice(1)) {
      const inside = folders.get(folder);
      if (inside === undefined) folders.set(folder, [path]);
      else inside.push(path);
    }
  return folders;
}

/** Texts of a stage that may hold references, with their fields. */
function commandTexts(name: string, stage: StageSpec): { text: string; at: NodePath }[] {
  const base: NodePath = ['stages', name];
  const run = typeof stage.run === 'string' ? [stage.run] : stage.run;
  return [
    ...run.map((text, index) => ({
      text,
      at: [...base, 'run', ...(typeof stage.run === 'string' ? [] : [index])],
    })),
    ...Object.entries(stage.env).map(([key, text]) => ({ text, at: [...base, 'env', key] })),
    ...stage.inputs.map((text, index) => ({ text, at: [...base, 'inputs', index] })),
  ];
}

/** Stages behind a reference of a stage. */
function stagesBehind(steps: string[], spec: PipelineSpec, makers: Makers): string[] {
  const [root, name] = steps;
  if (name === undefined) return [];
  if (root === 'stages') return Object.hasOwn(spec.stages, name) ? [name] : [];
  const dataset = root === 'datasets' && Object.hasOwn(spec.datasets, name) ? spec.datasets[name] : undefined;
  return dataset === undefined ? [] : makers.match(dataset.path);
}

/**
 * All dependencies of stages, each with the field that makes it: `stages.x.outputs.y` in run, env or inputs; an input
 * at or inside another stage's output; a dataset whose path another stage makes.
 */
export function stageEdges(spec: PipelineSpec): StageEdge[] {
  const makers = makersOf(spec);
  const edges: StageEdge[] = [];
  for (const [name, stage] of Object.entries(spec.stages)) {
    const known = new Set([name]);
    const add = (on: string[], at: NodePath, text: string) => {
      for (const other of on) {
        if (known.has(other)) continue;
        known.add(other);
        edges.push({ stage: name, on: other, at, text });
      }
    };
    for (const { text, at } of commandTexts(name, stage)) {
      for (const { content } of findExpressions(text))
        add(stagesBehind(parseReference(content) ?? [], spec, makers), at, content);
      if (at[2] !== 'inputs' || text.includes('${{')) continue;
      const reference = plainReference(text, (dataset) => Object.hasOwn(spec.datasets, dataset));
      add(reference === undefined ? makers.match(text) : stagesBehind(reference, spec, makers), at, text);
    }
  }
  return edges;
}

/**
 * The graph of stages. With a cycle (which loading a pipeline refuses) the order ignores the dependency that closes it.
 */
export function stageGraph(spec: PipelineSpec): StageGraph {
  const names = Object.keys(spec.stages);
  const needs = new Map(names.map((name) => [name, new Set<string>()]));
  for (const { stage, on } of stageEdges(spec)) needs.get(stage)?.add(on);
  const place = new Map(names.map((name, index) => [name, index]));
  const inFileOrder = (a: string, b: string) => (place.get(a) ?? 0) - (place.get(b) ?? 0);
  const dependsOn: Record<string, string[]> = {};
  for (const name of names) dependsOn[name] = [...(needs.get(name) ?? [])].sort(inFileOrder);
  return { order: dependenciesFirst(names, dependsOn), dependsOn };
}

/** The names in an order where each comes after what it needs; otherwise as given. No recursion: chains may be long. */
function dependenciesFirst(names: string[], dependsOn: Record<string, string[]>): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  for (const name of names) {
    const path: { name: string; next: number }[] = seen.has(name) ? [] : [{ name, next: 0 }];
    seen.add(name);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const need = dependsOn[top.name]?.[top.next++];
      if (need === undefined) {
        order.push(top.name);
        path.pop();
      } else if (!seen.has(need)) {
        seen.add(need);
        path.push({ name: need, next: 0 });
      }
    }
  }
  return order;
}
