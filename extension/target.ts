import type { Binding } from '../engine/deployment/types';

/**
 * What a command is about, as plain data: it comes from a tree node, a code lens, a page, a notification or another
 * extension. A command asks for what is missing.
 */
export interface Target {
  /** Project folder. */
  root: string;
  /** Spec file, relative to the root. */
  spec?: string;
  stage?: string;
  experimentId?: string;
  runId?: string;
  model?: string;
  version?: string;
  deployment?: string;
  requestId?: string;
  monitor?: string;
  alertId?: string;
  retraining?: string;
  /** What the review page showed when its button was pressed: an approval binds to it. */
  seen?: Binding;
}

const names = [
  'spec',
  'stage',
  'experimentId',
  'runId',
  'model',
  'version',
  'deployment',
  'requestId',
  'monitor',
  'alertId',
  'retraining',
] as const satisfies (keyof Target)[];

/** The target in a command's argument: the argument itself, or the `target` of a tree node. */
export function targetOf(argument: unknown): Target | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('target' in argument) return targetOf(argument.target);
  if (!('root' in argument) || typeof argument.root !== 'string') return undefined;
  const target: Target = { root: argument.root };
  const fields = argument as Record<string, unknown>;
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string') target[name] = value;
  }
  if (typeof fields['seen'] === 'object' && fields['seen'] !== null) target.seen = fields['seen'] as Binding;
  return target;
}
