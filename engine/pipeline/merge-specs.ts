import { sectionNames } from './blocks';
import type { PipelineSpec } from './spec';

/**
 * One spec of the specs of its parts; of two things with the same name, the first.
 * @param always whether there is a spec without any part
 */
export function mergeSpecs(parts: PipelineSpec[], always: true): PipelineSpec;
export function mergeSpecs(parts: PipelineSpec[], always?: boolean): PipelineSpec | undefined;
export function mergeSpecs(parts: PipelineSpec[], always = false): PipelineSpec | undefined {
  const [only] = parts;
  if (parts.length === 1) return only;
  if (only === undefined && !always) return undefined;
  const merged: PipelineSpec = {
    version: 1,
    name: parts.find(({ name }) => name !== '')?.name ?? '',
    params: {},
    datasets: {},
    stages: {},
    tests: {},
    deployments: {},
    monitors: {},
    retraining: {},
  };
  for (const part of parts) {
    if (part.description !== undefined) merged.description ??= part.description;
    for (const section of sectionNames) {
      const whole: Record<string, unknown> = merged[section];
      const items: Record<string, unknown> = part[section];
      for (const name in items) if (!Object.hasOwn(whole, name)) whole[name] = items[name];
    }
  }
  return merged;
}
