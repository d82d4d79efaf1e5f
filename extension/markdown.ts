import * as vscode from 'vscode';

/** One row of a tooltip: what it is, and its value as plain text. */
export type TooltipRow = [label: string, value: string | undefined];

/** Text as it is, with no mark-up and no links; `appendText` would keep it from wrapping between words. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

/**
 * A tooltip with a bold title, an optional sentence and a row per fact. All texts are data and are escaped.
 */
export function tooltip(
  title: string,
  sentence: string | undefined,
  rows: TooltipRow[],
): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(`**${plain(title)}**`);
  if (sentence !== undefined && sentence !== '') markdown.appendMarkdown(`\n\n${plain(sentence)}`);
  const present = rows.filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '');
  present.forEach(([label, value], index) => {
    markdown.appendMarkdown(index === 0 ? '\n\n' : '  \n');
    markdown.appendMarkdown(plain(`${label}: ${value}`));
  });
  return markdown;
}
