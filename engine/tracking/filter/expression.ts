/** What a filter or an order looks at: an attribute of the entity itself, or one of its metrics, params, tags, datasets. */
export type Entity = 'attribute' | 'metric' | 'param' | 'tag' | 'dataset';

/** `time` is milliseconds since the Unix epoch, `duration` is milliseconds. */
export type FieldType = 'number' | 'text' | 'time' | 'duration';

export interface Field {
  entity: Entity;
  /** Of an attribute: its name in the vocabulary, aliases resolved. */
  key: string;
  type: FieldType;
}

export type Scalar = number | string;

/** A stretch of time that a date stands for: a day, a minute, an instant; `until` is not in it. */
export interface Period {
  from: number;
  until: number;
}

export type Operator =
  '=' | '<' | '<=' | '>' | '>=' | 'like' | 'ilike' | 'contains' | 'matches' | 'imatches' | 'in' | 'missing';

/** Where something stands in the text, in UTF-16 units; `to` is not in it. */
export interface Span {
  from: number;
  to: number;
}

/**
 * One comparison. It is false for an entity without that value, also when it is negated, as in MLflow;
 * only `missing` asks for that.
 */
export interface Comparison {
  kind: 'comparison';
  field: Field;
  operator: Operator;
  /** `!=`, `NOT IN`, `IS NOT NULL`, … */
  negated: boolean;
  /** A list for `in`, nothing for `missing`, the source of a regular expression for `matches` and `imatches`. */
  value: Scalar | Scalar[] | Period | undefined;
  span: Span;
}

/** A filter that was read. `not` is true for an entity of which the inner part is false, for whatever reason. */
export type FilterNode =
  { kind: 'and' | 'or'; of: FilterNode[] } | { kind: 'not'; of: FilterNode } | Comparison;

/** One clause of an order. What is absent comes last and NaN right before it, in both directions, as in MLflow. */
export interface OrderClause {
  field: Field;
  descending: boolean;
  /** Params and tags that are numbers come first, in order of their numbers. */
  numeric: boolean;
}
