import type { OrderClause } from './expression';
import { readField } from './fields';
import type { ParseOptions } from './parse';
import { Reader } from './reader';
import { runVocabulary } from './vocabulary';

/**
 * Reads clauses of an order such as `metrics.auc DESC`.
 * @throws FilterError; its place counts from the beginning of the clause
 */
export function parseOrder(clauses: readonly string[], options: ParseOptions = {}): OrderClause[] {
  const dialect = options.dialect ?? 'galley';
  const vocabulary = options.vocabulary ?? runVocabulary;
  const seen = new Set<string>();
  return clauses.map((clause) => {
    const reader = new Reader(clause);
    reader.space();
    const field = readField(reader, vocabulary, dialect);
    if (field === undefined || field.entity === 'dataset')
      throw reader.refuse(`Invalid order_by clause '${clause}'. Could not be parsed.`, 'field', {
        from: 0,
        to: clause.length,
      });
    reader.space();
    const direction = reader.take(/(?:ASC|DESC)\b/iy)?.[0].toUpperCase();
    reader.space();
    if (!reader.ended)
      throw reader.refuse(`Invalid ordering key in order_by clause '${clause}'.`, 'joint', {
        from: reader.at,
        to: clause.length,
      });
    const key = `${field.entity}.${field.key}`;
    if (seen.has(key))
      throw reader.refuse(`\`order_by\` contains duplicate fields: ${clauses.join(', ')}`, 'field', {
        from: 0,
        to: clause.length,
      });
    seen.add(key);
    const numeric = dialect === 'galley' && (field.entity === 'param' || field.entity === 'tag');
    return { field, descending: direction === 'DESC', numeric };
  });
}
