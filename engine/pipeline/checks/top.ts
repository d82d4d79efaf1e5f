import { schemas } from '../schema-walk';
import { nearest } from '../suggestions';
import type { PlacedBlock, Whole } from '../whole';
import type { NamedFact } from '../block-facts';

/** Reports keys that a file needs and has not, and keys and entries that blocks have twice. */
export function checkTop(whole: Whole, all: PlacedBlock[], broken: boolean): void {
  checkRequired(whole, all, broken);
  checkTwice(whole, all);
}

function checkRequired({ tell }: Whole, all: PlacedBlock[], broken: boolean): void {
  // What is missing in a broken file may stand in the part that could not be read.
  const first = all.find(({ block }) => block.facts.top.length > 0);
  const place = first?.block.facts.top[0]?.range;
  if (broken || first === undefined || place === undefined) return;
  const { required = [], properties = {} } = schemas.spec;
  const top = new Set(all.flatMap(({ block }) => block.facts.top.map(({ name }) => name)));
  const missing = required.filter((key) => !top.has(key));
  if (missing.length === 0) return;
  const known = Object.keys(properties);
  const unknown = [...top].filter((key) => !known.includes(key) && !key.startsWith('x-')).slice(0, 100);
  // A key that was misspelt explains the missing one.
  if (unknown.some((key) => nearest(key, known) !== undefined)) return;
  for (const key of missing) tell('schema', 'error', first, place, `The file needs \`${key}\`.`);
}

function checkTwice({ tell, related, isFull }: Whole, all: PlacedBlock[]): void {
  const seen = new Map<string, { placed: PlacedBlock; fact: NamedFact }>();
  const look = (key: string, placed: PlacedBlock, fact: NamedFact) => {
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, { placed, fact });
      return;
    }
    const message = `\`${fact.name}\` is here twice; only the first counts. Remove or rename one.`;
    const place = related(first.placed, first.fact.range, `\`${fact.name}\` stands first here.`);
    tell('duplicate-key', 'error', placed, fact.range, message, { related: [place] });
  };
  for (const placed of all) {
    if (isFull()) return;
    const { section, facts } = placed.block;
    if (section === undefined) for (const fact of facts.top) look(fact.name, placed, fact);
    else if (!placed.repeated)
      for (const fact of facts.entries) look(`${section}\n${fact.name}`, placed, fact);
  }
}
