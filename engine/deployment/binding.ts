import type { Binding } from './types';
import { bindingKeys } from './ledger/event';

const words: Record<(typeof bindingKeys)[number], string> = {
  model: 'model',
  version: 'version',
  digest: 'artifact',
  commit: 'pipeline commit',
  deployment: 'deployment',
  target: 'target',
  policyDigest: 'policy',
};

/** Hashes are told by their first digits. */
function short(value: string): string {
  return /^[0-9a-f]{40,}$/.test(value) ? value.slice(0, 8) : value;
}

/**
 * What differs between what was looked at and what is now, one phrase each; only the parts of `now` that are known
 * are compared.
 */
export function bindingDifferences(then: Binding, now: Partial<Binding>): string[] {
  return bindingKeys.flatMap((key) => {
    const value = now[key];
    if (value === undefined || value === then[key]) return [];
    return [`the ${words[key]} changed from ${short(then[key])} to ${short(value)}`];
  });
}

/** Phrases as one sentence. */
export function sentence(phrases: string[]): string {
  const text = phrases.join('; ');
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
