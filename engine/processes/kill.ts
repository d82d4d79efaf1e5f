import { spawn } from 'node:child_process';

/**
 * Signals a process that leads its own group (spawned `detached`) with all its descendants in that group.
 * A group that is gone, or that this user may not signal, is no error.
 */
export function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    // Windows has no process groups; taskkill walks the tree.
    spawn('taskkill', ['/pid', String(pid), '/T', ...(signal === 'SIGKILL' ? ['/F'] : [])], {
      stdio: 'ignore',
    });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // EPERM: on macOS a group of nothing but zombies; elsewhere processes that took another user's rights.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
