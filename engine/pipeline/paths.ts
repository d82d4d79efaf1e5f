import path from 'node:path';

/** A path of the spec in one form: `/` between names, no `.` or trailing `/`. */
export function normalPath(written: string): string {
  const normal = path.posix.normalize(written.replaceAll('\\', '/'));
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

/** Whether a path is a glob. */
export function isGlob(written: string): boolean {
  return /[*?[\]{}]/.test(written);
}

/** The folder that all matches of a glob are in: its part before the first name with a pattern. */
export function globBase(glob: string): string {
  const names = normalPath(glob).split('/');
  const pattern = names.findIndex(isGlob);
  return pattern < 0 ? names.join('/') : names.slice(0, pattern).join('/') || '.';
}

/** The path and every folder that it is in, innermost first. */
export function withFolders(normal: string): string[] {
  const places: string[] = [normal];
  for (let end = normal.lastIndexOf('/'); end > 0; end = normal.lastIndexOf('/', end - 1))
    places.push(normal.slice(0, end));
  return places;
}

/** Whether one path is the other or inside it; both normal. */
export function isInside(inner: string, outer: string): boolean {
  return inner === outer || outer === '.' || inner.startsWith(`${outer}/`);
}

/** Pattern of a glob: `*` and `?` within a name, `**` over folders, `[…]`, `{a,b}`. */
export function globPattern(glob: string): RegExp {
  let pattern = '';
  let braces = 0;
  const text = normalPath(glob);
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    const set = /^\[(!?)([^\]/]+)\]/.exec(text.slice(index, index + 100));
    if (text.startsWith('**/', index)) {
      pattern += '(?:[^/]+/)*';
      index += 2;
    } else if (text.startsWith('**', index)) {
      pattern += '.*';
      index += 1;
    } else if (character === '*') pattern += '[^/]*';
    else if (character === '?') pattern += '[^/]';
    else if (set !== null) {
      pattern += `[${set[1] === '!' ? '^' : ''}${(set[2] ?? '').replace(/[\\^\]]/g, '\\$&')}]`;
      index += set[0].length - 1;
    } else if (character === '{' && text.includes('}', index)) {
      pattern += '(?:';
      braces++;
    } else if (character === '}' && braces > 0) {
      pattern += ')';
      braces--;
    } else if (character === ',' && braces > 0) pattern += '|';
    else pattern += character.replace(/[.+^$(){}|[\]\\]/g, '\\$&');
  }
  try {
    return new RegExp(`^${pattern}${')'.repeat(braces)}$`);
  } catch {
    // A set such as `[z-a]` is no pattern: the text then means only itself.
    return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
  }
}
