/**
 * `npm run package`: a VSIX for this platform (DuckDB is native) in the project's folder. `-- --target win32-x64`
 * makes one for another platform whose DuckDB package is installed, `-- --out FOLDER` puts it elsewhere.
 *
 * What ships is laid out in a folder of its own: `dist` stays as it is, so a window or a test that runs on it goes on.
 */
import { createVSIX } from '@vscode/vsce';
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildAll } from './build.mjs';
import { temporaryFolder } from './editor-host.mjs';
import { projectRoot, say, step } from './steps.mjs';

const { version, repository } = JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8'));
const hasRepository = repository !== undefined;

/** What ships as it is, beside the README and the build. */
const shipped = ['package.json', 'CHANGELOG.md', 'LICENSE', 'docs/diagnostics.md', 'media', 'schemas'];

function flag(name) {
  const position = process.argv.indexOf(name);
  return position < 0 ? undefined : process.argv[position + 1];
}

/** DuckDB's packages for a platform: its interface, the loader, and the native library, all of one version. */
async function nativePackages(target) {
  const loader = path.join(projectRoot, 'node_modules/@duckdb/node-bindings/package.json');
  const { version: installed } = JSON.parse(await readFile(loader, 'utf8'));
  const library = `@duckdb/node-bindings-${target}`;
  if (!existsSync(path.join(projectRoot, 'node_modules', library)))
    throw new Error(
      `DuckDB for ${target} is not installed: npm install --no-save --force ${library}@${installed}`,
    );
  return ['@duckdb/node-api', '@duckdb/node-bindings', library];
}

/** Copies a package's runtime files beside the bundles, where `require` finds them in an installed extension. */
function shipPackage(name, dist) {
  return cp(path.join(projectRoot, 'node_modules', name), path.join(dist, 'node_modules', name), {
    recursive: true,
    dereference: true,
    filter: (file) => !/\.(map|ts|md|tsbuildinfo)$/.test(file),
  });
}

/**
 * The README for an extension's page, which reaches the web and nothing that lies beside it: without a repository
 * whose address vsce puts before a relative link, its words stand for it, and its description for a picture.
 */
async function readmeForPage() {
  const text = await readFile(path.join(projectRoot, 'README.md'), 'utf8');
  if (hasRepository) return text;
  return text.replace(/(!?)\[([^\]]*)\]\((?!\w+:|#)[^)]*\)/g, (_, picture, words) =>
    picture === '' ? words : `_${words}_`,
  );
}

/** Lays out everything that ships. */
async function layOut(stage, target) {
  const dist = path.join(stage, 'dist');
  const packages = await nativePackages(target);
  await step('Build for production', () => buildAll({ production: true, outdir: dist }));
  for (const name of packages) await shipPackage(name, dist);
  for (const name of shipped)
    await cp(path.join(projectRoot, name), path.join(stage, name), { recursive: true });
  await writeFile(path.join(stage, 'README.md'), await readmeForPage());
  // Everything in the folder ships; without the file vsce asks whether that is meant.
  await writeFile(path.join(stage, '.vscodeignore'), '');
}

/**
 * Builds and packs.
 * @param {{target?: string, out?: string}} options `target`: the editor's name of a platform, which is Node's but on
 *   musl; `out`: folder for the file, made when missing
 * @returns the file's absolute path
 */
async function packageVsix({ target = `${process.platform}-${process.arch}`, out = projectRoot } = {}) {
  const packagePath = path.resolve(out, `galley-${target}-${version}.vsix`);
  const stage = await temporaryFolder('package');
  try {
    await layOut(stage, target);
    await mkdir(path.dirname(packagePath), { recursive: true });
    await step('Pack', () =>
      createVSIX({
        cwd: stage,
        packagePath,
        target,
        dependencies: false,
        allowMissingRepository: true,
        rewriteRelativeLinks: hasRepository,
      }),
    );
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
  const { size } = await stat(packagePath);
  say(`${path.relative(process.cwd(), packagePath)}: ${(size / 1024 / 1024).toFixed(1)} MB`);
  return packagePath;
}

try {
  const [target, out] = [flag('--target'), flag('--out')];
  await packageVsix({ ...(target && { target }), ...(out && { out }) });
} catch (error) {
  say(`✗ ${error.message}`);
  process.exitCode = 1;
}
