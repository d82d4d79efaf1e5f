import type { Diagnostic, Range } from './diagnostics';
import type { ParamValue, PipelineSpec, StageSpec } from './spec';

/** What analysing one text gives; never throws, whatever the text. */
export interface Analysis {
  file: string;
  diagnostics: Diagnostic[];
  /** Present when the file is at least a map with usable parts; only what is sound is in it. */
  spec?: PipelineSpec;
  symbols: SpecSymbol[];
  references: SpecReference[];
}

export type SymbolKind =
  | 'param'
  | 'dataset'
  | 'stage'
  | 'output'
  | 'metric'
  | 'model'
  | 'test'
  | 'deployment'
  | 'monitor'
  | 'retraining';

/** A name that the file declares. */
export interface SpecSymbol {
  kind: SymbolKind;
  name: string;
  /** Enclosing symbol's name, e.g. the stage of an output. */
  container?: string;
  /** The name itself. */
  nameRange: Range;
  /** Its whole block. */
  range: Range;
}

/** A use of a name. */
export interface SpecReference {
  kind: SymbolKind;
  name: string;
  container?: string;
  range: Range;
}

/** A spec that has no errors, with where it came from. */
export interface LoadedPipeline {
  /** Relative to the root, with `/`. */
  file: string;
  /** Absolute folder of the file; all paths of the spec are relative to it. */
  folder: string;
  text: string;
  spec: PipelineSpec;
  diagnostics: Diagnostic[];
}

export interface StageGraph {
  /** A valid order; ties in the order of the file. */
  order: string[];
  /** Direct dependencies by stage. */
  dependsOn: Record<string, string[]>;
}

/** A command ready to spawn: a line for the shell, or an argument vector. */
export type ResolvedCommand = { shell: string } | { argv: [string, ...string[]] };

export interface PlannedStage {
  name: string;
  command: ResolvedCommand;
  /** Files, folders and globs, relative to the spec's folder; every reference resolved. */
  inputs: string[];
  outputs: Record<string, string>;
  /** Values of the params that the stage refers to, for the cache key. */
  params: Record<string, ParamValue>;
  dependsOn: string[];
  env: Record<string, string>;
  /** The spec as written, for metrics, model, retries and time-out. */
  spec: StageSpec;
}

export interface RunPlan {
  params: Record<string, ParamValue>;
  /** In a valid order. */
  stages: PlannedStage[];
}

export interface PlanRequest {
  /** Only these; absent: all. */
  stages?: string[];
  /** Overrides as text; each is checked against the param's type and limits. */
  params?: Record<string, string>;
  run: { id: string; name: string };
  /** Environment that `${{ env.NAME }}` reads. */
  env: Record<string, string | undefined>;
}

/** Values behind `${{ … }}` outside a run plan: tests, serving. Dotted path without braces to its value. */
export type ExpressionScope = Record<string, ParamValue>;
