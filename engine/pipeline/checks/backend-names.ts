import { childOf, entriesOf, textOf } from '../nodes';
import type { SpecNode } from '../nodes';
import { report } from '../report';
import type { Source } from '../report';
import { didYouMean } from '../suggestions';

/**
 * Warns of backends and targets that the project is not connected to. It may be connected later, so this is no error.
 * @param connected names in `.galley/backends.yaml`
 */
export function checkBackendNames(source: Source, connected: string[]): void {
  const known = ['local', ...connected];
  const check = (node: SpecNode | undefined, what: string) => {
    const name = textOf(node);
    if (node === undefined || name === undefined || name === '' || known.includes(name)) return;
    const meant = didYouMean(name, known);
    const remedy = meant || ' Add it to `.galley/backends.yaml`.';
    report(
      source,
      'unknown-backend',
      'warning',
      node.span,
      `No connected backend is called \`${name}\`, which ${what}.${remedy}`,
    );
  };
  for (const { key, value } of entriesOf(childOf(source.root, 'stages')))
    check(childOf(value, 'backend'), `the stage \`${key}\` needs`);
  for (const { key, value } of entriesOf(childOf(source.root, 'deployments')))
    check(childOf(value, 'target'), `the deployment \`${key}\` needs`);
}
