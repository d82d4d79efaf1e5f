/**
 * `npm start`: sets everything up and opens VS Code with Galley on a copy of the example. Only Node's own modules
 * here: on a fresh clone nothing is installed yet, and the machine's Node may be older than the one we develop on.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { devFolder, npm, projectRoot, say, step } from './steps.mjs';

async function installDependencies() {
  const lock = createHash('sha256')
    .update(await readFile(path.join(projectRoot, 'package-lock.json')))
    .digest('hex');
  const mark = path.join(devFolder, 'installed-lock');
  const current = existsSync(mark) ? await readFile(mark, 'utf8') : '';
  if (current === lock && existsSync(path.join(projectRoot, 'node_modules'))) return;
  await step('Install the dependencies', () => npm(['ci']));
  await mkdir(devFolder, { recursive: true });
  await writeFile(mark, lock);
}

try {
  await installDependencies();
  const node = path.join(
    projectRoot,
    'node_modules/node/bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  const { status } = spawnSync(
    existsSync(node) ? node : process.execPath,
    [path.join(projectRoot, 'scripts/open-window.mjs'), ...process.argv.slice(2)],
    { stdio: 'inherit', cwd: projectRoot },
  );
  process.exitCode = status ?? 1;
} catch (error) {
  say(`✗ ${error.message}`);
  process.exitCode = 1;
}
