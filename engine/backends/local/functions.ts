import type { DatabaseSync } from 'node:sqlite';
import { numberOf, textTest, type TextOperator } from '../../tracking/filter';

/**
 * Adds what SQLite cannot do by itself to a connection: `galley_number(text)`, NULL when the text is no number, and
 * `galley_test(operator, text, operand)`, a filter's test of a text.
 */
export function addFunctions(database: DatabaseSync): void {
  const deterministic = { deterministic: true, directOnly: true };
  database.function('galley_number', deterministic, (value: unknown) =>
    typeof value === 'string' ? (numberOf(value) ?? null) : null,
  );
  const tests = new Map<string, (text: string) => boolean>();
  database.function('galley_test', deterministic, (operator: unknown, value: unknown, operand: unknown) => {
    if (typeof value !== 'string') return null;
    const key = `${String(operator)} ${String(operand)}`;
    let test = tests.get(key);
    if (test === undefined) {
      if (tests.size > 100) tests.clear();
      test = textTest(operator as TextOperator, String(operand));
      tests.set(key, test);
    }
    return test(value) ? 1 : 0;
  });
}
