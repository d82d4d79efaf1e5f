import type { Block } from './block';
import type { Declared } from './declarations';
import type { Diagnostic, DiagnosticCode, DiagnosticSeverity, Range, RelatedPlace } from './diagnostics';
import type { PipelineSpec } from './spec';
import type { WorkspaceFacts } from './workspace-facts';

/** A block and where it stands in the file. */
export interface PlacedBlock {
  block: Block;
  /** Offset of its first character. */
  start: number;
  /** Its first line, from zero. */
  line: number;
  /** It repeats a section that the file has already, so its names do not count. */
  repeated: boolean;
}

/** A whole spec as its blocks, for checks that no block can do by itself. */
export interface Whole {
  /** Blocks whose names count, in order. */
  blocks: PlacedBlock[];
  declared: Declared;
  spec: PipelineSpec;
  /** What is known of the project's files and runs. */
  workspace: WorkspaceFacts;
  /** A place of a block, in the whole file. */
  range(placed: PlacedBlock, range: Range): Range;
  related(placed: PlacedBlock, range: Range, message: string): RelatedPlace;
  /** Adds a diagnostic at a place of a block. */
  tell(
    code: DiagnosticCode,
    severity: DiagnosticSeverity,
    placed: PlacedBlock,
    range: Range,
    message: string,
    more?: { related?: RelatedPlace[]; suggestion?: string | undefined },
  ): void;
  /** Whether so many diagnostics are found that more would be read by nobody. */
  isFull(): boolean;
}

/** A range that was relative to a line, in the whole file. */
export function shifted(range: Range, line: number): Range {
  if (line === 0) return range;
  const { start, end } = range;
  return {
    start: { line: start.line + line, character: start.character },
    end: { line: end.line + line, character: end.character },
  };
}

/** A diagnostic that was relative to a line, in the whole file. */
export function shiftedDiagnostic(diagnostic: Diagnostic, line: number): Diagnostic {
  if (line === 0) return diagnostic;
  const { related } = diagnostic;
  return {
    ...diagnostic,
    range: shifted(diagnostic.range, line),
    ...(related === undefined
      ? {}
      : { related: related.map((place) => ({ ...place, range: shifted(place.range, line) })) }),
  };
}
