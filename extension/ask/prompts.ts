import * as vscode from 'vscode';
import { GalleyError } from '../../engine/errors';

/** A row of a quick pick and what choosing it means. */
export interface Choice<T> extends vscode.QuickPickItem {
  value: T;
}

/** Thrown when a person leaves a prompt: the command ends and nothing is shown. */
export function leftPrompt(): GalleyError {
  return new GalleyError('cancelled', 'The prompt was left.');
}

/**
 * Asks for one of the choices.
 * @throws GalleyError `cancelled` when the person leaves
 */
export async function choose<T>(title: string, placeHolder: string, choices: Choice<T>[]): Promise<T> {
  const chosen = await vscode.window.showQuickPick(choices, {
    title,
    placeHolder,
    matchOnDescription: true,
    matchOnDetail: true,
    // A page takes the focus back when the palette closes, at times after the next question is there.
    ignoreFocusOut: true,
  });
  if (chosen === undefined) throw leftPrompt();
  return chosen.value;
}

/** As {@link choose}, but does not ask when there is only one. */
export async function chooseUnlessOne<T>(
  title: string,
  placeHolder: string,
  choices: Choice<T>[],
): Promise<T> {
  const [first] = choices;
  return first !== undefined && choices.length === 1 ? first.value : choose(title, placeHolder, choices);
}

export interface TextPrompt {
  title: string;
  prompt: string;
  value?: string;
  placeHolder?: string;
  /** What is wrong with a text, or undefined. */
  check?: (value: string) => string | undefined;
}

/**
 * Asks for a line of text.
 * @throws GalleyError `cancelled` when the person leaves
 */
export async function askText({ check, ...options }: TextPrompt): Promise<string> {
  const text = await vscode.window.showInputBox({
    ...options,
    ignoreFocusOut: true,
    ...(check === undefined ? {} : { validateInput: check }),
  });
  if (text === undefined) throw leftPrompt();
  return text.trim();
}

/** A check for {@link askText}: something must be written. */
export function required(what: string): (value: string) => string | undefined {
  return (value) => (value.trim() === '' ? what : undefined);
}

/**
 * Asks in a modal dialog before something that others will notice.
 * @param detail names the target and what cannot be undone
 * @throws GalleyError `cancelled` when the person does not press the button
 */
export async function confirm(question: string, detail: string, button: string): Promise<void> {
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, button);
  if (answer !== button) throw leftPrompt();
}

/**
 * Shows a message with buttons that run commands, and returns at once: it may stay as long as the person likes.
 */
export function tell(
  kind: 'information' | 'warning',
  message: string,
  buttons: Record<string, { command: string; argument?: unknown }>,
): void {
  const show = kind === 'warning' ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  void show(message, ...Object.keys(buttons)).then((chosen) => {
    const button = chosen === undefined ? undefined : buttons[chosen];
    // Commands of Galley report their own failures.
    if (button !== undefined) void vscode.commands.executeCommand(button.command, button.argument);
  });
}

/** Shows a notification with a progress bar while something runs. */
export function withNotification<T>(title: string, task: () => Promise<T>): Promise<T> {
  return Promise.resolve(
    vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, task),
  );
}

/** Shows a notification with a progress bar and Cancel while something runs. */
export function withCancel<T>(
  title: string,
  task: (token: vscode.CancellationToken) => Promise<T>,
): Promise<T> {
  return Promise.resolve(
    vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      (_, token) => task(token),
    ),
  );
}
