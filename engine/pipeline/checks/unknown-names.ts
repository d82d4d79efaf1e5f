import type { Declared } from '../declarations';
import type { NameUse } from '../references';
import { nearest, question } from '../suggestions';
import type { Whole } from '../whole';

/** A set of names, or a map by name. */
export type Names = Pick<ReadonlySet<string>, 'has' | 'keys' | 'size'>;

/** Unknown names for which a near one is looked for; that costs as much as there are names. */
const maximumSuggested = 100;

/** Names that a use may mean; undefined for those that may come from elsewhere (metrics, models). */
export function namesFor({ kind, container }: NameUse, declared: Declared): Names | undefined {
  switch (kind) {
    case 'param':
      return declared.params;
    case 'dataset':
      return declared.datasets;
    case 'stage':
      return declared.stages;
    case 'deployment':
      return declared.deployments;
    case 'output':
      return declared.stages.get(container ?? '');
    default:
      return undefined;
  }
}

/** Whether a text that may be a file or a reference is a file. */
export function isFile(use: NameUse, declared: Declared): boolean {
  return use.mayBeFile && !declared.datasets.has(use.name);
}

/** Reports uses of names that the file does not declare. */
export function checkUnknownNames({ blocks, declared, tell, isFull }: Whole): void {
  let suggested = 0;
  for (const placed of blocks) {
    if (isFull()) return;
    for (const use of placed.block.uses) {
      const names = namesFor(use, declared);
      // The output of an unknown stage: the stage is told.
      if (names === undefined || names.has(use.name) || isFile(use, declared)) continue;
      const isTold = suggested++ < maximumSuggested;
      const suggestion = isTold ? nearest(use.name, names.keys()) : undefined;
      const hint = isTold ? question(suggestion) || known(names) : '';
      tell('unknown-reference', 'error', placed, use.range, `${subject(use)}${hint}`, { suggestion });
    }
  }
}

function subject({ kind, name, container }: NameUse): string {
  return kind === 'output'
    ? `The stage \`${container ?? ''}\` has no output \`${name}\`.`
    : `There is no ${kind} \`${name}\`.`;
}

function known(names: Names): string {
  const shown: string[] = [];
  for (const name of names.keys()) {
    if (shown.length === 8) break;
    shown.push(`\`${name}\``);
  }
  return shown.length === 0 ? '' : ` There is ${shown.join(', ')}.`;
}
