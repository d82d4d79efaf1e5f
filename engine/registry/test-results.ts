import { versionTags, type ModelRegistry, type ModelVersion, type TestResult } from './types';

/** Characters that a version's tag may hold in every MLflow of the day (older ones allow no more). */
export const longestTag = 5000;
/** Tried in turn until the results fit. */
const messageLengths = [1000, 400, 200, 100, 40, 0];
const statuses = new Set<string>(['passed', 'failed', 'error'] satisfies TestResult['status'][]);

/** `galley.tests`, then `galley.tests.2`, … for a spec with very many tests. */
function tagKey(part: number): string {
  return part === 0 ? versionTags.tests : `${versionTags.tests}.${part + 1}`;
}

/** JSON has no infinities: a measured one is told by the message alone. */
function finite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? undefined : value;
}

function shortened(result: TestResult, length: number): TestResult {
  const { message } = result;
  if (message.length <= length) return result;
  return { ...result, message: length === 0 ? '' : `${message.slice(0, length - 1)}…` };
}

/**
 * The results as tag values: messages are shortened until one tag holds all of them; when even that is too much,
 * several do. What did not pass is in the first, so that a reader who sees only that one is never misled.
 */
export function encodeResults(results: readonly TestResult[]): string[] {
  for (const length of messageLengths) {
    const text = JSON.stringify(
      results.map((result) => shortened(result, length)),
      finite,
    );
    if (text.length <= longestTag) return [text];
  }
  const ordered = [...results].sort((a, b) => Number(a.status === 'passed') - Number(b.status === 'passed'));
  const parts: TestResult[][] = [[]];
  for (const result of ordered.map((one) => shortened(one, 0))) {
    const last = parts.at(-1) ?? [];
    if (JSON.stringify([...last, result], finite).length <= longestTag) last.push(result);
    else parts.push([result]);
  }
  return parts.map((part) => JSON.stringify(part, finite));
}

/** Results that are stored in a version's tags; empty when there are none, or when somebody wrote something else there. */
export function storedResults(version: ModelVersion): TestResult[] {
  const results: TestResult[] = [];
  for (let part = 0; ; part++) {
    const text = version.tags[tagKey(part)];
    if (text === undefined) return results;
    const decoded = decodeResults(text);
    // A part that cannot be read could be the one that says "failed", so none of them counts.
    if (decoded === undefined) return [];
    results.push(...decoded);
  }
}

function decodeResults(text: string): TestResult[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(isResult) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isResult(value: unknown): value is TestResult {
  if (typeof value !== 'object' || value === null) return false;
  const { name, status, message, at } = value as Record<string, unknown>;
  return (
    typeof name === 'string' &&
    typeof status === 'string' &&
    statuses.has(status) &&
    typeof message === 'string' &&
    typeof at === 'number'
  );
}

/** Replaces the stored results of a version. */
export async function storeResults(
  registry: ModelRegistry,
  version: ModelVersion,
  results: readonly TestResult[],
): Promise<void> {
  const values = encodeResults(results);
  // The first part last: until it is there, a reader sees the old results or none.
  for (let part = values.length - 1; part >= 0; part--)
    await registry.setVersionTag(version.name, version.version, tagKey(part), values[part] ?? '[]');
  for (let part = values.length; version.tags[tagKey(part)] !== undefined; part++)
    await registry.deleteVersionTag(version.name, version.version, tagKey(part));
}
