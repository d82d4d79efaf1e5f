import { GalleyError } from '../../errors';
import type { Span } from './expression';

/** What could stand where a filter is wrong, for completion. */
export type Expected = 'field' | 'operator' | 'value' | 'joint';

/** A filter or an order that cannot be read, with the place of the mistake. */
export class FilterError extends GalleyError {
  readonly span: Span;
  readonly expected: Expected | undefined;

  constructor(message: string, span: Span, expected?: Expected) {
    super('invalid', message, { line: 0, character: span.from });
    this.name = 'FilterError';
    this.span = span;
    this.expected = expected;
  }
}
