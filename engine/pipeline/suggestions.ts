/**
 * Number of single-character edits (insertion, deletion, replacement, swap of neighbours) from one word to another:
 * optimal string alignment distance.
 */
export function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    for (let j = 1; j <= to.length; j++) {
      const replace = (previous[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      let best = Math.min(replace, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        best = Math.min(best, (beforePrevious[j - 2] ?? 0) + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}

/** Folds what people mix up: case, and `_`, `-` and spaces. */
const folded = (word: string) => word.toLowerCase().replace(/[_\s-]/g, '');

/** The candidate that was most likely meant, or undefined when none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > 100) return undefined;
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > 3 && !candidate.startsWith(word)) continue;
    const same = folded(word) === folded(candidate);
    const distance = same ? 0 : editDistance(word.toLowerCase(), candidate.toLowerCase());
    const allowed = word.length <= 3 ? 1 : word.length <= 7 ? 2 : 3;
    if (distance <= allowed && distance < bestDistance && distance < word.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` Did you mean …?` for the end of a message, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  return question(nearest(word, candidates));
}

/** The same for what was found to be meant. */
export function question(meant: string | undefined): string {
  return meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
}
