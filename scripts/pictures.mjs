/**
 * `npm run pictures`: runs the end-to-end story and takes the README's pictures from it, so that they are never stale.
 * `-- --theme "Light Modern" --out FOLDER` keeps the pictures of another theme elsewhere, to look at them.
 */
import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { buildAll } from './build.mjs';
import { findChromium, temporaryFolder } from './editor-host.mjs';
import { projectRoot, say } from './steps.mjs';
import { runSuite } from './suite.mjs';

function option(name, otherwise) {
  const index = process.argv.indexOf(`--${name}`);
  return index > 0 ? process.argv[index + 1] : otherwise;
}

const theme = option('theme', 'Dark Modern');
const out = path.resolve(projectRoot, option('out', 'docs/images'));
/** Another folder keeps every picture of the story; the project's own only those that the README shows. */
const kept = process.argv.includes('--out');
const readme = await readFile(path.join(projectRoot, 'README.md'), 'utf8');
const results = await temporaryFolder('pictures');
try {
  await buildAll();
  process.exitCode = await runSuite(['test/end-to-end/lifecycle.test.ts'], {
    env: { GALLEY_TEST_RESULTS: results, GALLEY_THEME: theme, GALLEY_CHROMIUM: await findChromium() },
    mochaArgs: ['--timeout', '60000'],
  });
  if (process.exitCode !== 0) throw new Error('the story did not come to its end; no picture was taken');
  await mkdir(out, { recursive: true });
  for (const person of ['ana', 'li']) {
    const folder = path.join(results, 'end-to-end', person);
    const taken = (await readdir(folder)).filter((name) => name.endsWith('.png'));
    for (const file of taken.filter((name) => readme.includes(`docs/images/${name}`) || kept))
      await copyFile(path.join(folder, file), path.join(out, file));
  }
  say(`Pictures of ${theme} are in ${path.relative(projectRoot, out)}`);
} finally {
  await rm(results, { recursive: true, force: true });
}
