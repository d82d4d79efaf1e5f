import { childOf, entriesOf, itemsOf, textOf, valueOf } from '../nodes';
import type { SpecNode, Span } from '../nodes';
import { report } from '../report';
import type { Source } from '../report';

/** Names of variables and flags that hold credentials. */
const secretName =
  /(?:^|[_-])(?:token|password|passwd|passphrase|secret|secret[_-]?key|access[_-]?key|api[_-]?key|private[_-]?key|credentials?)$/i;

/** Forms that only credentials have, by who issues them. */
const issued: readonly [RegExp, string][] = [
  [/\bAKIA[0-9A-Z]{16}\b/, 'an access key of AWS'],
  [/\bgh[pousr]_[A-Za-z0-9]{36,}\b/, 'a token of GitHub'],
  [/\bgithub_pat_[A-Za-z0-9_]{40,}\b/, 'a token of GitHub'],
  [/\bglpat-[A-Za-z0-9_-]{20,}\b/, 'a token of GitLab'],
  [/\bhf_[A-Za-z0-9]{30,}\b/, 'a token of Hugging Face'],
  [/\bxox[abpors]-[A-Za-z0-9-]{20,}\b/, 'a token of Slack'],
  [/\bdapi[0-9a-f]{32}\b/, 'a token of Databricks'],
  [/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/, 'a private key'],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@'"]+:[^/\s@'"${]+@/i, 'a password in an address'],
];

/** Words that stand where a credential would, without being one. */
const placeholder =
  /^(?:|none|null|true|false|changeme|change-me|example|test|dummy|placeholder|x+|\*+|<.*>|\$.*)$/i;

/**
 * Warns of credentials in plain text: in `env`, and in commands. Neither a
 * name nor a form is proof, so it is a warning.
 */
export function checkSecrets(source: Source): void {
  const check = (node: SpecNode | undefined, name?: string) => {
    for (const part of node?.kind === 'list' ? itemsOf(node) : node === undefined ? [] : [node])
      checkText(source, part, name);
  };
  for (const { value: stage } of entriesOf(childOf(source.root, 'stages'))) {
    check(childOf(stage, 'run'));
    for (const { key, value } of entriesOf(childOf(stage, 'env'))) check(value, key);
  }
  for (const { value } of entriesOf(childOf(source.root, 'tests'))) check(childOf(value, 'run'));
  for (const { value } of entriesOf(childOf(source.root, 'deployments')))
    check(childOf(childOf(value, 'serve'), 'run'));
}

function checkText(source: Source, node: SpecNode, name: string | undefined): void {
  const value = textOf(node) ?? String(valueOf(node) ?? '');
  const written = source.text.slice(node.span.start, node.span.end);
  for (const [form, what] of issued) {
    const found = form.exec(written);
    if (found === null) continue;
    const start = node.span.start + found.index;
    tell(source, { start, end: start + found[0].length }, `This looks like ${what}`);
    return;
  }
  if (name === undefined || !secretName.test(name) || value.includes('${{') || placeholder.test(value.trim()))
    return;
  tell(source, node.span, `\`${name}\` looks like a credential`);
}

function tell(source: Source, span: Span, what: string): void {
  const message = `${what}, and the file is committed. Read it from the environment: \`\${{ env.NAME }}\`.`;
  report(source, 'secret', 'warning', span, message);
}
