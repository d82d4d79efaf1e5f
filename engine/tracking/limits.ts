import path from 'node:path';
import { GalleyError } from '../errors';
import type { DatasetInput, MetricPoint } from './types';

/** MLflow's limits, in characters (mlflow/utils/validation.py). */
export const limits = {
  key: 250,
  paramValue: 6000,
  tagValue: 8000,
  experimentName: 500,
  experimentTagValue: 20_000,
  datasetName: 500,
  datasetDigest: 36,
  datasetSource: 65_535,
  datasetSchema: 1_048_575,
  datasetProfile: 16_777_215,
  inputTagKey: 255,
  inputTagValue: 500,
} as const;

/** Length as MLflow counts it: in code points, not in UTF-16 units. */
function longerThan(text: string, limit: number): boolean {
  return text.length > limit && (text.length > 2 * limit || [...text].length > limit);
}

function truncate(text: string, limit: number): string {
  return longerThan(text, limit) ? [...text].slice(0, limit).join('') : text;
}

/** @throws GalleyError `invalid` when `text` has more than `limit` characters */
export function checkLength(what: string, text: string, limit: number): void {
  if (longerThan(text, limit))
    throw new GalleyError('invalid', `${what} is longer than ${limit} characters.`, {
      remedy: 'Shorten it; the limit is MLflow’s.',
    });
}

/**
 * Checks the name of a param, metric or tag.
 * @throws GalleyError `invalid`
 */
export function checkKey(what: 'Param' | 'Metric' | 'Tag', key: string): void {
  if (key === '') throw new GalleyError('invalid', `${what} key is empty.`);
  checkLength(`${what} key "${key.slice(0, 40)}…"`, key, limits.key);
  if (!/^[/\p{L}\p{N}_.\- :]*$/u.test(key))
    throw new GalleyError(
      'invalid',
      `${what} key "${key}" may only contain letters, digits, underscores, dashes, periods, spaces, colons and slashes.`,
    );
  // Other MLflow stores use the key as a relative path.
  const normal = path.posix.normalize(key).replace(/(?<=.)\/$/, '');
  if (normal !== key || normal === '.' || normal.startsWith('..') || normal.startsWith('/'))
    throw new GalleyError('invalid', `${what} key "${key}" would resolve to another name as a path.`);
}

/** @throws GalleyError `invalid` */
export function checkMetric({ key, value, timestamp, step }: MetricPoint): void {
  checkKey('Metric', key);
  if (typeof value !== 'number') throw new GalleyError('invalid', `Metric "${key}" has no number as value.`);
  if (!Number.isInteger(timestamp) || timestamp < 0)
    throw new GalleyError(
      'invalid',
      `Metric "${key}": timestamp ${timestamp} is not a whole number from 0 on.`,
    );
  if (!Number.isInteger(step))
    throw new GalleyError('invalid', `Metric "${key}": step ${step} is not a whole number.`);
}

/** Checks the key and cuts the value at MLflow's limit, as MLflow does. */
export function checkedParam(key: string, value: string): string {
  checkKey('Param', key);
  return truncate(value, limits.paramValue);
}

/** Checks the key and cuts the value at MLflow's limit, as MLflow does. */
export function checkedTag(key: string, value: string): string {
  checkKey('Tag', key);
  return truncate(value, limits.tagValue);
}

/** @throws GalleyError `invalid` */
export function checkExperimentName(name: string): void {
  if (name.trim() === '') throw new GalleyError('invalid', 'The experiment name is empty.');
  checkLength('The experiment name', name, limits.experimentName);
}

/** @throws GalleyError `invalid` */
export function checkExperimentTag(key: string, value: string): void {
  checkKey('Tag', key);
  checkLength(`Experiment tag "${key}"`, value, limits.experimentTagValue);
}

/** @throws GalleyError `invalid` */
export function checkDataset(dataset: DatasetInput): void {
  if (dataset.name === '') throw new GalleyError('invalid', 'A dataset has no name.');
  if (dataset.digest === '') throw new GalleyError('invalid', `Dataset "${dataset.name}" has no digest.`);
  const what = `Dataset "${dataset.name.slice(0, 40)}":`;
  checkLength(`${what} name`, dataset.name, limits.datasetName);
  checkLength(`${what} digest`, dataset.digest, limits.datasetDigest);
  checkLength(`${what} source`, dataset.source, limits.datasetSource);
  checkLength(`${what} schema`, dataset.schema ?? '', limits.datasetSchema);
  checkLength(`${what} profile`, dataset.profile ?? '', limits.datasetProfile);
  for (const [key, value] of Object.entries(dataset.tags)) {
    checkLength(`${what} tag key`, key, limits.inputTagKey);
    checkLength(`${what} tag "${key}"`, value, limits.inputTagValue);
  }
}
