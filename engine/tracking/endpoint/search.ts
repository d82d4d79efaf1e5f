import {
  filterTest,
  orderComparison,
  parseFilter,
  parseOrder,
  type FieldReader,
  type Vocabulary,
} from '../filter';

/** A record's own value: a tag may be called `constructor`. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/**
 * A search over entities that are few, in MLflow's words.
 * @param last clauses that decide among equals
 * @throws FilterError
 */
export function searchOf<Item>(
  filter: string,
  order: readonly string[],
  last: readonly string[],
  vocabulary: Vocabulary,
  read: FieldReader<Item>,
): (items: readonly Item[]) => Item[] {
  const options = { dialect: 'mlflow', vocabulary } as const;
  const passes = filterTest(parseFilter(filter, options), read);
  const compare = orderComparison([...parseOrder(order, options), ...parseOrder(last, options)], read);
  return (items) => items.filter(passes).sort(compare);
}
