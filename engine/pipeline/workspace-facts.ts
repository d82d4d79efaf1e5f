/**
 * What is known of a project beside the text of a spec. Every answer may be that it is not known: then nothing is said.
 */
export interface WorkspaceFacts {
  /** Names of connected backends; undefined when they cannot be told. */
  backends?: readonly string[];
  /** Whether a path (relative to the spec's folder) or a glob has a file; undefined when that is not known. */
  exists?(path: string): boolean | undefined;
  /** Names of metrics that runs of the pipeline have logged; undefined when no store was read. */
  metrics?: ReadonlySet<string>;
}
