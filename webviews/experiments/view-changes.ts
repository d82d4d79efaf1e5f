import { lowerIsBetter } from '../ui/deltas';
import { assignSlots } from '../ui/palette';
import type { Column } from './columns';
import type { ExperimentsState } from './contract';
import type { HeadAction, TableAction } from './actions';

/** Settings of the curves that a person changes. */
export type CurveSettings = Pick<ExperimentsState, 'xAxis' | 'smoothing' | 'logScale' | 'metric'>;

/** The same, where undefined means the default. */
export type CurveChoice = { [Key in keyof CurveSettings]: CurveSettings[Key] | undefined };

/** The state without some of its optional parts. */
function without<Key extends keyof ExperimentsState>(
  state: ExperimentsState,
  key: Key,
): Omit<ExperimentsState, Key> {
  const { [key]: dropped, ...rest } = state;
  void dropped;
  return rest;
}

/** Other runs are selected; those that stay keep their colours. */
export function withSelection(state: ExperimentsState, selectedRunIds: string[]): ExperimentsState {
  return { ...state, selectedRunIds, colours: assignSlots(state.colours ?? {}, selectedRunIds) };
}

/** Adds runs to the selection or takes them out. */
export function selecting(state: ExperimentsState, runIds: string[], selected: boolean): ExperimentsState {
  const changed = new Set(runIds);
  const others = state.selectedRunIds.filter((id) => !changed.has(id));
  if (!selected) return withSelection(state, others);
  const added = runIds.filter((id) => !state.selectedRunIds.includes(id));
  return withSelection(state, [...state.selectedRunIds, ...added]);
}

/** Makes the run the baseline; none when it was, or when no run is given. */
export function withBaseline(state: ExperimentsState, runId: string | undefined): ExperimentsState {
  const rest = without(state, 'baseline');
  return runId === undefined || runId === state.baseline ? rest : { ...rest, baseline: runId };
}

/** Shows only the selected runs, or all again. */
export function comparing(state: ExperimentsState): ExperimentsState {
  if (state.onlyRunIds) return without(state, 'onlyRunIds');
  return state.selectedRunIds.length > 0 ? { ...state, onlyRunIds: state.selectedRunIds } : state;
}

/** A click on a column's head: best (or newest) first, then the other way round, then as the runs came. */
export function sortedBy(state: ExperimentsState, column: Column): ExperimentsState {
  const first = column.kind === 'metric' ? !lowerIsBetter(column.key) : column.kind === 'when';
  if (state.sort?.column !== column.id) return { ...state, sort: { column: column.id, descending: first } };
  if (state.sort.descending === first) return { ...state, sort: { column: column.id, descending: !first } };
  return without(state, 'sort');
}

/** Other settings of the curves; a setting given as undefined goes back to its default. */
export function withCurveSettings(state: ExperimentsState, settings: CurveChoice): ExperimentsState {
  const { xAxis, smoothing, logScale, metric, ...rest } = state;
  return { ...rest, ...defined({ xAxis, smoothing, logScale, metric, ...settings }) };
}

function defined(settings: CurveChoice): CurveSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** How an action changes the state; the state itself when it does something else. */
export function changed(state: ExperimentsState, action: TableAction | HeadAction): ExperimentsState {
  switch (action.kind) {
    case 'select':
      return selecting(state, action.runIds, action.selected);
    case 'clear-selection':
      return withSelection(state, []);
    case 'baseline':
      return withBaseline(state, action.runId);
    case 'no-baseline':
      return withBaseline(state, undefined);
    case 'sort':
      return sortedBy(state, action.column);
    case 'compare':
    case 'all-runs':
      return comparing(state);
    case 'filter':
      return { ...state, filter: action.text };
    case 'differences':
      return { ...state, differencesOnly: action.only };
    default:
      return state;
  }
}
