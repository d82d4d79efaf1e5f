import path from 'node:path';
import * as vscode from 'vscode';
import { errorData, type ErrorData } from '../engine/errors';

/** The project-independent part of a message: what happened, then what to do. */
export function sentence(data: ErrorData): string {
  return data.remedy === undefined ? data.message : `${data.message} ${data.remedy}`;
}

async function openSubject(file: string, data: ErrorData): Promise<void> {
  const place = new vscode.Position(data.line ?? 0, data.character ?? 0);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(place, place) });
}

/** Absolute path of the place in a file that the error is about. */
function subjectFile(data: ErrorData, root: string | undefined): string | undefined {
  if (data.subject === undefined || data.line === undefined) return undefined;
  if (path.isAbsolute(data.subject)) return data.subject;
  return root === undefined ? undefined : path.join(root, data.subject);
}

/**
 * Shows a failure as a message with its remedy and buttons, and writes the detail to the log. A cancelled action shows
 * nothing. Returns at once: the message may stay for as long as the person likes.
 * @param root project that the action was about, to open files of it
 */
export function reportError(thrown: unknown, log: vscode.LogOutputChannel, root?: string): void {
  const data = errorData(thrown);
  if (data.code === 'cancelled') return;
  log.error([sentence(data), data.detail].filter(Boolean).join('\n'));
  const file = subjectFile(data, root);
  const buttons = new Map<string, () => unknown>();
  const { action } = data;
  if (action !== undefined) {
    buttons.set(action.title, () =>
      vscode.commands.executeCommand(action.command, ...(action.arguments ?? [])),
    );
  }
  if (file !== undefined) buttons.set('Open File', () => openSubject(file, data));
  buttons.set('Show Log', () => log.show());
  vscode.window
    .showErrorMessage(sentence(data), ...buttons.keys())
    .then((chosen) => (chosen === undefined ? undefined : buttons.get(chosen)?.()))
    .then(undefined, (error: unknown) => log.error(errorData(error).message));
}
