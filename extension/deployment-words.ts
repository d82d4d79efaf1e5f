import type { Binding, DeploymentRequest, RolloutResult } from '../engine/deployment/types';

/** A sentence for the person, and whether something in it needs their attention. */
export interface Words {
  kind: 'information' | 'warning';
  message: string;
}

/** What follows when an event could not be pushed: nobody else can see it. */
function unsharedWords(unshared: string | undefined): string {
  return unshared === undefined ? '' : ` It is only on this machine so far: ${unshared}`;
}

/** Says what became of a request, and that the others cannot see it yet when that is so. */
export function requestWords(done: string, { unshared }: DeploymentRequest): Words {
  return {
    kind: unshared === undefined ? 'information' : 'warning',
    message: `${done}${unsharedWords(unshared)}`,
  };
}

/** Says what is in service now, and what could not be done after it was. */
export function rolloutWords(
  { deployment, model, version }: Pick<Binding, 'deployment' | 'model' | 'version'>,
  { url, warnings = [] }: RolloutResult,
  again = false,
): Words {
  const done = `${deployment} serves ${model} v${version}${again ? ' again' : ''} at ${url}.`;
  return {
    kind: warnings.length === 0 ? 'information' : 'warning',
    message: [done, ...warnings.map(sentence)].join(' '),
  };
}

/** A full stop at the end, where there is none. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
