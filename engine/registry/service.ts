import type { ModelVersion, TestResult } from './types';

/** Registers what runs made, and evaluates test gates. */
export interface ModelRegistration {
  /**
   * Makes a version of the model that `stage` of the run declares (or the only stage that declares one): digest,
   * commit and evaluated tests become tags of the version.
   */
  register(request: { runId: string; stage?: string; description?: string }): Promise<{
    version: ModelVersion;
    tests: TestResult[];
  }>;
  /** Evaluates the spec's tests for the version again and stores the results. */
  evaluate(model: string, version: string): Promise<TestResult[]>;
  /** Stored results; empty when never evaluated. */
  results(version: ModelVersion): TestResult[];
}
