import type { ReviewedVersion } from '../protocol';
import type { ModelVersion, TestResult } from '../registry/types';
import type { MetricPoint, Run } from '../tracking/types';

/**
 * What a requester's machine knew of the versions, written into the request: reviewers on other machines see it when
 * their own registry does not have the version.
 */
export interface Evidence {
  candidate: ReviewedVersion;
  incumbent?: ReviewedVersion;
  tests: TestResult[];
}

/** So many params and metrics of a run are kept; the ledger is no tracking store. */
const most = 500;
/** Tags that say where something comes from; others may say more than a repository should. */
const kept = /^(galley\.(?!tests)|mlflow\.source\.git\.)/;

/** @returns plain JSON: metrics that are no finite numbers become strings */
export function recordEvidence({ candidate, incumbent, tests }: Evidence): Record<string, unknown> {
  return {
    candidate: recorded(candidate),
    ...(incumbent === undefined ? {} : { incumbent: recorded(incumbent) }),
    tests: tests.map((result) => ({ ...result, message: result.message.slice(0, 1000) })),
  };
}

function recorded({ version, run }: ReviewedVersion): Record<string, unknown> {
  const { tags, ...rest } = version;
  if (run === undefined) return { version: { ...rest, tags: someTags(tags) } };
  const { id, name, status, startedAt, endedAt, params, metrics } = run;
  return {
    version: { ...rest, tags: someTags(tags) },
    run: {
      id,
      name,
      status,
      startedAt,
      ...(endedAt === undefined ? {} : { endedAt }),
      params: some(params),
      metrics: some(metrics, ({ value, timestamp, step }) => ({
        value: Number.isFinite(value) ? value : String(value),
        timestamp,
        step,
      })),
      tags: someTags(run.tags),
    },
  };
}

function some<T, R = T>(values: Record<string, T>, make: (value: T) => R = (value) => value as unknown as R) {
  return Object.fromEntries(
    Object.entries(values)
      .slice(0, most)
      .map(([key, value]) => [key, make(value)]),
  );
}

function someTags(tags: Record<string, string>): Record<string, string> {
  return some(Object.fromEntries(Object.entries(tags).filter(([key]) => kept.test(key))));
}

/**
 * Whether a registry's version is the one that was requested. Machines with registries of their own may number their
 * versions alike: the run tells them apart.
 */
export function isRequested(version: ModelVersion, detail: Record<string, unknown> | undefined): boolean {
  return version.runId === readEvidence(detail)?.candidate.version.runId;
}

/** Reads what {@link recordEvidence} wrote; undefined when it is not there or was written by something else. */
export function readEvidence(detail: Record<string, unknown> | undefined): Evidence | undefined {
  const evidence = detail?.['evidence'];
  if (!isRecord(evidence)) return undefined;
  const candidate = readVersion(evidence['candidate']);
  if (candidate === undefined) return undefined;
  const incumbent = readVersion(evidence['incumbent']);
  const tests = Array.isArray(evidence['tests']) ? evidence['tests'].filter(isTestResult) : [];
  return { candidate, ...(incumbent === undefined ? {} : { incumbent }), tests };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTestResult(value: unknown): value is TestResult {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    typeof value['message'] === 'string' &&
    typeof value['at'] === 'number' &&
    ['passed', 'failed', 'error'].includes(String(value['status']))
  );
}

function text(from: Record<string, unknown>, key: string): string {
  const value = from[key];
  return typeof value === 'string' ? value : '';
}

function number(from: Record<string, unknown>, key: string): number {
  return Number(from[key]) || 0;
}

function texts(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function readVersion(value: unknown): ReviewedVersion | undefined {
  if (!isRecord(value) || !isRecord(value['version'])) return undefined;
  const from = value['version'];
  const version: ModelVersion = {
    name: text(from, 'name'),
    version: text(from, 'version'),
    createdAt: number(from, 'createdAt'),
    updatedAt: number(from, 'updatedAt'),
    source: text(from, 'source'),
    status: 'READY',
    tags: texts(from['tags']),
    aliases: Array.isArray(from['aliases'])
      ? from['aliases'].filter((alias) => typeof alias === 'string')
      : [],
  };
  if (version.name === '' || version.version === '') return undefined;
  if (typeof from['description'] === 'string') version.description = from['description'];
  if (typeof from['runId'] === 'string') version.runId = from['runId'];
  const run = readRun(value['run']);
  return run === undefined ? { version } : { version, run };
}

function readRun(value: unknown): Run | undefined {
  if (!isRecord(value)) return undefined;
  const metrics: [string, MetricPoint][] = Object.entries(
    isRecord(value['metrics']) ? value['metrics'] : {},
  ).flatMap(([key, point]) =>
    isRecord(point)
      ? [
          [
            key,
            {
              key,
              value: Number(point['value']),
              timestamp: number(point, 'timestamp'),
              step: number(point, 'step'),
            },
          ],
        ]
      : [],
  );
  return {
    id: text(value, 'id'),
    experimentId: '',
    name: text(value, 'name'),
    status: 'FINISHED',
    startedAt: number(value, 'startedAt'),
    ...(typeof value['endedAt'] === 'number' ? { endedAt: value['endedAt'] } : {}),
    artifactUri: '',
    lifecycleStage: 'active',
    params: texts(value['params']),
    metrics: Object.fromEntries(metrics),
    tags: texts(value['tags']),
    datasets: [],
  };
}
