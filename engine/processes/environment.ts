import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Environment for a project's own commands (stages, tests, serving): this process's, with the project's `.venv`
 * active when there is one, as in a shell where it was activated.
 * @param root the project's folder
 */
export function commandEnvironment(root: string, more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, PYTHONUNBUFFERED: '1', ...more };
  // Set for our own forks so that Electron behaves as Node; a user's command must not inherit it.
  delete environment['ELECTRON_RUN_AS_NODE'];
  const venv = path.join(root, '.venv');
  const bin = path.join(venv, process.platform === 'win32' ? 'Scripts' : 'bin');
  if (existsSync(bin)) {
    const pathKey = Object.keys(environment).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
    environment[pathKey] = `${bin}${path.delimiter}${environment[pathKey] ?? ''}`;
    environment['VIRTUAL_ENV'] = venv;
    delete environment['PYTHONHOME'];
  }
  return environment;
}
