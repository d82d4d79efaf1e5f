/**
 * YAML reads the braces of `${{ … }}` as its own inside `{ }` and `[ ]`, unless the value is in quotes. What is meant is
 * plain, so the braces are hidden from the YAML parser by other characters of the same length, and put back in what it
 * reads. Whoever reads the file with another YAML tool needs the quotes: a warning says so.
 */
const opening = '\uE000';
const closing = '\uE001';

/** The text with the braces of references hidden; of the same length. */
export function maskReferences(text: string): string {
  if (text.includes(opening) || text.includes(closing)) return text;
  return text.replace(
    /\$\{\{([^{}\r\n'"[\],]*)\}\}/g,
    (_, content: string) => `$${opening}${opening}${content}${closing}${closing}`,
  );
}

/** Whether a text that the parser read has a hidden reference. */
export function hasMask(text: string): boolean {
  return text.includes(opening);
}

/** Puts the braces back. */
export function unmask(text: string): string {
  return text.replaceAll(opening, '{').replaceAll(closing, '}');
}
