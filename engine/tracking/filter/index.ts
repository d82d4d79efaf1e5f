/** Filters and orders of runs: MLflow's grammar and Galley's, without anything of Node, for pages too. */
export { FilterError, type Expected } from './error';
export type * from './expression';
export { formatField, formatFilter, formatOrder } from './format';
export {
  filterTest,
  numberOf,
  orderComparison,
  textTest,
  type FieldReader,
  type FieldValue,
  type TextOperator,
} from './match';
export { orderForMlflow, splitForMlflow, type SplitFilter } from './mlflow';
export { parseOrder } from './order';
export { parseFilter, type ParseOptions } from './parse';
export type { Dialect } from './fields';
export { readRunField } from './runs';
export { runVocabulary, type Attribute, type Vocabulary } from './vocabulary';
