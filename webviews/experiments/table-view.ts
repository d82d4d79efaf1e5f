import type { RunDetail } from '../../engine/protocol';
import type { Experiment } from '../../engine/tracking/types';
import { lastResult } from '../ui/last-result';
import type { Column } from './columns';
import { comparedOrder, differingColumns, metricFormats, tableColumns } from './columns';
import type { ExperimentsState } from './contract';
import type { Filter } from './filter';
import { parseFilter } from './filter';
import { sortRuns } from './sorting';

/** Everything that the table shows, derived from the runs and the page's state. */
export interface TableView {
  rows: RunDetail[];
  columns: Column[];
  formats: ReadonlyMap<string, (value: number) => string>;
  /** Names of the experiments by id. */
  experiments: ReadonlyMap<string, string>;
  /** Runs before the filter. */
  candidates: number;
  /** Why the filter as typed cannot be used; the last one that could stays in force. */
  filterError: { message: string; at: number } | undefined;
}

/** A deriver of {@link TableView} that computes again only what changed. */
export function tableViews(): (
  runs: readonly RunDetail[],
  experiments: readonly Experiment[],
  state: ExperimentsState,
) => TableView {
  let working = parseFilter('');
  const names = lastResult(
    (experiments: readonly Experiment[]) => new Map(experiments.map(({ id, name }) => [id, name])),
  );
  const parsed = lastResult((text: string): Filter => parseFilter(text));
  const candidatesOf = lastResult((runs: readonly RunDetail[], only: readonly string[] | undefined) => {
    if (!only) return runs;
    const wanted = new Set(only);
    return runs.filter(({ run }) => wanted.has(run.id));
  });
  const columnsOf = lastResult((runs: readonly RunDetail[]) =>
    tableColumns(runs, new Set(runs.map(({ run }) => run.experimentId)).size),
  );
  const ordered = lastResult(
    (
      columns: Column[],
      runs: readonly RunDetail[],
      comparing: boolean,
      experiments: ReadonlyMap<string, string>,
    ) => (comparing && runs.length > 1 ? comparedOrder(columns, runs, experiments) : columns),
  );
  const filtered = lastResult((runs: readonly RunDetail[], filter: Filter) =>
    filter.ok && filter.terms.length > 0 ? runs.filter(({ run }) => filter.matches(run)) : runs,
  );
  const shownColumns = lastResult(
    (
      columns: Column[],
      runs: readonly RunDetail[],
      differencesOnly: boolean,
      experiments: ReadonlyMap<string, string>,
    ) => (differencesOnly && runs.length > 1 ? differingColumns(columns, runs, experiments) : columns),
  );
  const sorted = lastResult(
    (
      runs: readonly RunDetail[],
      columns: Column[],
      id: string | undefined,
      descending: boolean | undefined,
      experiments: ReadonlyMap<string, string>,
    ) => {
      const column = columns.find((candidate) => candidate.id === id);
      return column ? sortRuns(runs, column, descending === true, experiments, Date.now()) : [...runs];
    },
  );
  const formatsOf = lastResult(metricFormats);
  return (runs, experiments, state) => {
    const filter = parsed(state.filter ?? '');
    if (filter.ok) working = filter;
    const byId = names(experiments);
    const candidates = candidatesOf(runs, state.onlyRunIds);
    const columns = ordered(columnsOf(candidates), candidates, state.onlyRunIds !== undefined, byId);
    const matching = filtered(candidates, working);
    return {
      rows: sorted(matching, columns, state.sort?.column, state.sort?.descending, byId),
      columns: shownColumns(columns, matching, state.differencesOnly === true, byId),
      // Of all runs, so that the digits stay as they are while the filter is typed.
      formats: formatsOf(columns, candidates),
      experiments: byId,
      candidates: candidates.length,
      filterError: filter.ok ? undefined : { message: filter.message, at: filter.at },
    };
  };
}
