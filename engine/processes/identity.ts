import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ProcessIdentity } from '../training/types';

const run = promisify(execFile);

/** The start mark of a process, or undefined when there is none with that id; rejects when that cannot be known. */
async function startMark(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // The command name in parentheses may hold spaces; field 22 counts from after it (proc(5)).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // A zombie has ended; only its parent has not looked yet.
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ESRCH') return undefined;
      // E.g. too many open files: a live process must not pass for a dead one.
      throw error;
    }
  }
  try {
    if (process.platform === 'win32') {
      const script = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
      const { stdout } = await run('powershell.exe', ['-NoProfile', '-Command', script]);
      return stdout.trim() || undefined;
    }
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || undefined;
  } catch (error) {
    // Both end with 1 when there is no such process.
    if ((error as { code?: unknown }).code === 1) return undefined;
    throw error;
  }
}

/** Identity of a live process; rejects when there is none with that id. */
export async function identify(pid: number): Promise<ProcessIdentity> {
  const started = await startMark(pid);
  if (started === undefined) throw new Error(`no process ${pid}`);
  return { pid, started };
}

/** Whether that very process still runs (a later process that got the same id does not count). */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await startMark(identity.pid)) === identity.started;
}

/**
 * As {@link isAlive}, but cheap enough for every second: where asking for the start mark starts a process, a later
 * process with the same id counts too.
 */
export async function seemsAlive(identity: ProcessIdentity): Promise<boolean> {
  if (process.platform === 'linux') return isAlive(identity);
  try {
    process.kill(identity.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
