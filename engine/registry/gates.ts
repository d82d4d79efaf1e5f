import { errorData, GalleyError } from '../errors';
import type { TestSpec } from '../pipeline/spec';
import type { TrackingStore } from '../tracking/types';
import { runCommandTest, type CommandTestOptions } from './command-test';
import type { ModelRegistry, ModelVersion, TestResult } from './types';

export interface GateOptions extends Omit<CommandTestOptions, 'run'> {
  tracking: TrackingStore;
  registry: ModelRegistry;
  tests: Record<string, TestSpec>;
  version: ModelVersion;
}

type Verdict = Omit<TestResult, 'name' | 'at'>;

/**
 * Evaluates the tests of a spec for one version, one after the other in the order of the spec. Never rejects for a
 * test that cannot be evaluated: that is a result with the status `error`.
 */
export async function evaluateTests(options: GateOptions): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for (const [name, test] of Object.entries(options.tests)) {
    const verdict = await evaluate(test, options).catch((error: unknown): Verdict => ({
      status: 'error',
      message: errorData(error).message,
    }));
    results.push({ name, ...verdict, at: Date.now() });
  }
  return results;
}

async function evaluate(test: TestSpec, options: GateOptions): Promise<Verdict> {
  switch (test.kind) {
    case 'threshold':
      return threshold(test, await metric(options.version, test.metric, options));
    case 'against':
      return against(test, options);
    case 'command':
      return runCommandTest({ ...options, run: test.run });
  }
}

/**
 * The last value of a metric in the run that made the version.
 * @throws GalleyError `not-found` when the run did not log it, `invalid` when it is not a number
 */
async function metric(version: ModelVersion, name: string, { tracking }: GateOptions): Promise<number> {
  const which = `v${version.version}`;
  if (version.runId === undefined)
    throw new GalleyError('not-found', `${which} was made by no run, so it has no ${name}.`);
  const run = await tracking.run(version.runId);
  const value = run.metrics[name]?.value;
  if (value === undefined)
    throw new GalleyError('not-found', `${name} was not logged by the run of ${which}.`);
  if (Number.isNaN(value)) throw new GalleyError('invalid', `${name} of ${which} is not a number (NaN).`);
  return value;
}

function threshold(test: Extract<TestSpec, { kind: 'threshold' }>, measured: number): Verdict {
  const { metric: name, minimum, maximum } = test;
  const value = shown(measured);
  if (minimum === undefined && maximum === undefined)
    throw new GalleyError('invalid', 'The test has neither a minimum nor a maximum.');
  if (minimum !== undefined && measured < minimum)
    return {
      status: 'failed',
      message: `${name} is ${value}, below the minimum ${minimum}.`,
      measured,
      limit: minimum,
    };
  if (maximum !== undefined && measured > maximum)
    return {
      status: 'failed',
      message: `${name} is ${value}, above the maximum ${maximum}.`,
      measured,
      limit: maximum,
    };
  const limits = [
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
  ];
  const message = `${name} is ${value}, ${limits.join(' and ')}.`;
  return { status: 'passed', message, measured, limit: minimum ?? maximum ?? measured };
}

async function against(test: Extract<TestSpec, { kind: 'against' }>, options: GateOptions): Promise<Verdict> {
  const { metric: name, maxDrop, maxRise } = test;
  const other = await opponent(test.against, options);
  if (other === undefined) return { status: 'passed', message: `No ${test.against} yet to compare with.` };
  const measured = await metric(options.version, name, options);
  const reference = await metric(other, name, options);
  const label = /^\d+$/.test(test.against) ? `v${other.version}` : `${test.against} v${other.version}`;
  if (maxDrop === undefined && maxRise === undefined)
    throw new GalleyError('invalid', 'The test has neither a max-drop nor a max-rise.');
  const facts = `${name} is ${shown(measured)}, ${label} has ${shown(reference)}`;
  if (maxDrop !== undefined && exceeds(reference - measured, maxDrop))
    return {
      status: 'failed',
      message: `${facts}: a drop of ${shown(reference - measured)}, more than ${maxDrop}.`,
      measured,
      limit: reference - maxDrop,
    };
  if (maxRise !== undefined && exceeds(measured - reference, maxRise))
    return {
      status: 'failed',
      message: `${facts}: a rise of ${shown(measured - reference)}, more than ${maxRise}.`,
      measured,
      limit: reference + maxRise,
    };
  const limit = maxDrop === undefined ? reference + (maxRise ?? 0) : reference - maxDrop;
  return { status: 'passed', message: `${facts}.`, measured, limit };
}

/** The version to compare with; undefined when the alias is not set yet. */
async function opponent(name: string, { registry, version }: GateOptions): Promise<ModelVersion | undefined> {
  if (/^\d+$/.test(name)) return registry.version(version.name, name);
  const aliased = (await registry.model(version.name)).aliases[name];
  return aliased === undefined ? undefined : registry.version(version.name, aliased);
}

/** 0.938 - 0.933 is 0.005000000000000004 in binary and must not be more than 0.005. */
function exceeds(difference: number, limit: number): boolean {
  // Infinity - Infinity: the same value on both sides.
  if (Number.isNaN(difference)) return false;
  return difference > limit + 1e-9 * Math.max(1, Math.abs(limit));
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
