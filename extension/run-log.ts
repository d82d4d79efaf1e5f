import * as vscode from 'vscode';
import { errorData } from '../engine/errors';
import type { Engine } from './engine-client';

/** Bytes of an older log that are shown at first; the file itself has all. */
const tailBytes = 1_000_000;
const pieceBytes = 200_000;
const pollMilliseconds = 500;

/** Terminals that follow the log of a run, one per run. */
export interface RunLogs extends vscode.Disposable {
  show(run: { root: string; runId: string; name: string }): void;
}

function toTerminal(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}

/** A read-only terminal with the log of one run: what there is, then what comes, until the run has ended. */
function logTerminal(engine: Engine, root: string, runId: string): vscode.Pseudoterminal {
  const written = new vscode.EventEmitter<string>();
  let closed = false;
  let last = '';

  async function pieces(from: number): Promise<number> {
    let offset = from;
    while (!closed) {
      const part = await engine.request('runs/log', { root, runId, offset, limit: pieceBytes });
      if (part.text !== '') {
        written.fire(toTerminal(part.text));
        last = part.text.trimEnd().slice(-200);
      }
      if (part.next === offset || part.next >= part.size) return part.next;
      offset = part.next;
    }
    return offset;
  }

  async function start(): Promise<number> {
    const { size } = await engine.request('runs/log', { root, runId, offset: 0, limit: 1 });
    if (size <= tailBytes) return 0;
    written.fire(`\x1b[2m(the last ${tailBytes / 1e6} MB of ${(size / 1e6).toFixed(1)} MB)\x1b[0m\r\n`);
    return size - tailBytes;
  }

  async function follow(): Promise<void> {
    let offset = await start();
    while (!closed) {
      // Asked before the log is read, so that the last lines of a run that has just ended are not missed.
      const { state } = await engine.request('runs/get', { root, runId });
      offset = await pieces(offset);
      if (state?.status !== 'RUNNING') {
        // A run process that was killed had no time to write how the run ended.
        if (state !== undefined && !last.includes(state.status)) {
          const end = state.reason === undefined ? state.status : `${state.status}: ${state.reason}`;
          written.fire(`\r\n\x1b[2m${toTerminal(end)}\x1b[0m\r\n`);
        }
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
    }
  }

  return {
    onDidWrite: written.event,
    open: () => {
      follow().catch((error: unknown) => {
        const { message, remedy } = errorData(error);
        written.fire(`\r\n\x1b[31m${toTerminal([message, remedy].filter(Boolean).join(' '))}\x1b[0m\r\n`);
      });
    },
    close: () => {
      closed = true;
      written.dispose();
    },
  };
}

export function createRunLogs(engine: Engine): RunLogs {
  const open = new Map<string, vscode.Terminal>();
  const closing = vscode.window.onDidCloseTerminal((terminal) => {
    for (const [key, known] of open) if (known === terminal) open.delete(key);
  });
  return {
    show({ root, runId, name }) {
      const key = `${root}\n${runId}`;
      let terminal = open.get(key);
      if (terminal === undefined) {
        terminal = vscode.window.createTerminal({
          name: `Log: ${name}`,
          pty: logTerminal(engine, root, runId),
          iconPath: new vscode.ThemeIcon('output'),
          isTransient: true,
        });
        open.set(key, terminal);
      }
      terminal.show(true);
    },
    dispose() {
      closing.dispose();
      for (const terminal of open.values()) terminal.dispose();
    },
  };
}
