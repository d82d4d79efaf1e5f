import type { Field } from './expression';
import type { Reader } from './reader';
import { datasetKeys, entityNames, entityWords, type Attribute, type Vocabulary } from './vocabulary';

/** `mlflow`: exactly what MLflow reads. `galley`: MLflow's grammar and more. */
export type Dialect = 'mlflow' | 'galley';

const prefix = /`?(\p{L}+)`?\./uy;
const loosePrefix = /`?(\p{L}+)`?\s*\.\s*/uy;
const quotedKey = /`([^`]+)`|"([^"]+)"/y;
const plainKey = /[\p{L}\p{N}_][\p{L}\p{N}_.$#]*/uy;
/** MLflow takes `-` and `/` only in quotes. */
const looseKey = /[\p{L}\p{N}_](?:[\p{L}\p{N}_.$#/:]|-(?=[\p{L}\p{N}_]))*/uy;

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Finds an attribute; in Galley's dialect whatever its letters' case. */
export function findAttribute(
  vocabulary: Vocabulary,
  dialect: Dialect,
  key: string,
): { name: string; attribute: Attribute } | undefined {
  const exact = own(vocabulary.attributes, key);
  if (dialect === 'mlflow')
    return exact === undefined || exact.own === true ? undefined : { name: key, attribute: exact };
  if (exact !== undefined) return { name: key, attribute: exact };
  const found = Object.entries(vocabulary.attributes).find(
    ([name]) => name.toLowerCase() === key.toLowerCase(),
  );
  return found && { name: found[0], attribute: found[1] };
}

/** The field of an attribute, its alias resolved. */
export function attributeField(name: string, attribute: Attribute): Field {
  const { entity, key } = attribute.alias ?? { entity: 'attribute', key: name };
  return { entity, key, type: attribute.type };
}

/**
 * Reads a name such as ``metrics.`val loss` `` or `start_time`.
 * @returns undefined when no name stands here
 * @throws FilterError when it is none of the vocabulary's
 */
export function readField(reader: Reader, vocabulary: Vocabulary, dialect: Dialect): Field | undefined {
  const from = reader.at;
  const word = reader.take(dialect === 'mlflow' ? prefix : loosePrefix)?.[1];
  const afterPrefix = reader.at;
  const quoted = reader.take(quotedKey);
  const key = quoted?.[1] ?? quoted?.[2] ?? reader.take(dialect === 'mlflow' ? plainKey : looseKey)?.[0];
  if (key === undefined) {
    if (word === undefined) return undefined;
    throw reader.refuse(`Invalid clause(s) in filter string: after “${word}.” comes a name.`, 'field', {
      from,
      to: Math.max(afterPrefix, from + 1),
    });
  }
  const span = { from, to: reader.at };
  const entity =
    word === undefined ? 'attribute' : own(entityWords, dialect === 'galley' ? word.toLowerCase() : word);
  if (entity === undefined || !vocabulary.entities.includes(entity)) {
    const valid = vocabulary.entities.map((name) => `'${entityNames[name]}'`).join(', ');
    throw reader.refuse(`Invalid entity type '${word ?? ''}'. Valid values are [${valid}]`, 'field', span);
  }
  if (entity === 'attribute') {
    const found = findAttribute(vocabulary, dialect, key);
    if (found === undefined) throw unknownAttribute(reader, vocabulary, dialect, key, span);
    return attributeField(found.name, found.attribute);
  }
  if (entity === 'dataset' && !datasetKeys.includes(key))
    throw reader.refuse(
      `Invalid dataset key '${key}' specified. Valid keys are '${datasetKeys.join(', ')}'`,
      'field',
      span,
    );
  return { entity, key, type: entity === 'metric' ? 'number' : 'text' };
}

function unknownAttribute(
  reader: Reader,
  vocabulary: Vocabulary,
  dialect: Dialect,
  key: string,
  span: { from: number; to: number },
) {
  const valid = Object.keys(vocabulary.attributes).filter((name) => findAttribute(vocabulary, dialect, name));
  return reader.refuse(
    `Invalid attribute key '${key}' specified. Valid keys are '${valid.join(', ')}'` +
      (dialect === 'galley' ? `; metrics and params are written metrics.${key} and params.${key}.` : ''),
    'field',
    span,
  );
}
