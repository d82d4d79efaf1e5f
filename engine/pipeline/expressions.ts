import { GalleyError } from '../errors';
import { quote, shellReader } from './quoting';
import type { Shell } from './quoting';
import type { CommandSpec, PipelineSpec } from './spec';
import type { ExpressionScope, ResolvedCommand } from './types';

/** A `${{ … }}` in a text; `end` is after its closing braces. */
export interface Expression {
  /** What stands between the braces, without spaces around. */
  content: string;
  start: number;
  end: number;
  /** Where `content` starts. */
  contentStart: number;
  /** Whether the closing braces are there. */
  closed: boolean;
}

/** All `${{ … }}` of a text in order. One that is not closed ends where its line does. */
export function findExpressions(text: string): Expression[] {
  const found: Expression[] = [];
  let from = 0;
  // Found places are kept until they are passed, so that many references that are not closed take linear time.
  const find = (what: string) => {
    let at = -1;
    return (after: number) => {
      if (at < after) at = text.indexOf(what, after);
      if (at < 0) at = Infinity;
      return at;
    };
  };
  const closing = find('}}');
  const lineFeed = find('\n');
  const carriageReturn = find('\r');
  for (;;) {
    const start = text.indexOf('${{', from);
    if (start < 0) return found;
    const close = closing(start + 3);
    const opening = text.indexOf('${{', start + 3);
    const next = opening < 0 ? text.length : opening;
    const closed = close < (opening < 0 ? Infinity : opening);
    const end = closed ? close + 2 : Math.min(lineFeed(start), carriageReturn(start), next);
    const inner = text.slice(start + 3, closed ? close : end);
    const lead = inner.length - inner.trimStart().length;
    found.push({ content: inner.trim(), start, end, contentStart: start + 3 + lead, closed });
    from = Math.max(end, start + 3);
  }
}

const reference = /^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*$/;

/** Steps of a dotted reference, or undefined when the text is none. */
export function parseReference(text: string): string[] | undefined {
  return reference.test(text) ? text.split('.') : undefined;
}

/** The scope's key for a reference: `datasets.x` is short for `datasets.x.path`. */
export function scopeKey(content: string): string {
  return /^datasets\.[^.]+$/.test(content) ? `${content}.path` : content;
}

/**
 * What references mean outside a run: paths of datasets and outputs, and `env.NAME`. Tests and serving add
 * `model.path`, `model.name`, `model.version` and `port`.
 */
export function specScope(
  spec: PipelineSpec,
  environment: Record<string, string | undefined> = process.env,
): ExpressionScope {
  const scope: ExpressionScope = {};
  for (const [name, dataset] of Object.entries(spec.datasets)) scope[`datasets.${name}.path`] = dataset.path;
  for (const [stage, { outputs }] of Object.entries(spec.stages))
    for (const [name, place] of Object.entries(outputs)) scope[`stages.${stage}.outputs.${name}`] = place;
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined) scope[`env.${name}`] = value;
  return scope;
}

function valueOf(expression: Expression, scope: ExpressionScope): string {
  const key = scopeKey(expression.content);
  if (!expression.closed)
    throw new GalleyError('invalid', `A reference is not closed: \`\${{ ${expression.content}\`.`, {
      remedy: 'Close it with `}}`.',
    });
  if (!Object.hasOwn(scope, key)) {
    const remedy = key.startsWith('env.')
      ? `Set the environment variable ${key.slice('env.'.length)}.`
      : 'Correct the name, or declare it in the spec.';
    throw new GalleyError('invalid', `Nothing here is called \`${expression.content}\`.`, { remedy });
  }
  return String(scope[key]);
}

/**
 * Replaces every `${{ … }}` by its value, as it is.
 * @throws GalleyError `invalid` when a reference has no value in the scope
 */
export function resolveText(text: string, scope: ExpressionScope): string {
  let resolved = '';
  let from = 0;
  for (const expression of findExpressions(text)) {
    resolved += text.slice(from, expression.start) + valueOf(expression, scope);
    from = expression.end;
  }
  return resolved + text.slice(from);
}

/** The shell that runs lines on this platform, as `child_process.spawn` with `shell: true` picks it. */
export function platformShell(): Shell {
  return process.platform === 'win32' ? 'cmd' : 'sh';
}

/**
 * Replaces every `${{ … }}` of a shell line by its value, quoted for where it stands, so that the shell reads exactly
 * the value and never a part of it as syntax.
 * @throws GalleyError `invalid` when a reference has no value, or its value cannot be quoted where it stands
 */
export function resolveShellLine(
  line: string,
  scope: ExpressionScope,
  shell: Shell = platformShell(),
): string {
  const reader = shellReader(shell);
  let resolved = '';
  let from = 0;
  for (const expression of findExpressions(line)) {
    const text = line.slice(from, expression.start);
    reader.read(text);
    const quoted = quote(valueOf(expression, scope), reader.context, shell);
    if (quoted === undefined)
      throw new GalleyError(
        'invalid',
        `The value of \`${expression.content}\` cannot be quoted safely where it stands in the command.`,
        { remedy: 'Pass it through `env`, or write `run` as a list, which needs no shell.' },
      );
    resolved += text + quoted;
    reader.skipReference();
    from = expression.end;
  }
  return resolved + line.slice(from);
}

/**
 * A command ready to spawn: a line with quoted values for the shell, or an argument vector.
 * @throws GalleyError `invalid`
 */
export function resolveCommand(
  command: CommandSpec,
  scope: ExpressionScope,
  shell: Shell = platformShell(),
): ResolvedCommand {
  if (typeof command === 'string') return { shell: resolveShellLine(command, scope, shell) };
  const [program, ...more] = command.map((part) => resolveText(part, scope));
  if (program === undefined || program === '')
    throw new GalleyError('invalid', 'The command is empty.', { remedy: 'Write a program in `run`.' });
  return { argv: [program, ...more] };
}
