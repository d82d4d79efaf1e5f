/**
 * `npm run package`: a VSIX for this platform (DuckDB is native) in the project's folder. `-- --target win32-x64`
 * makes one for another platform whose DuckDB package is installed.
 */
import { createVSIX } from '@vscode/vsce';
import { cp, readFile, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildAll } from './build.mjs';
import { projectRoot, say, step } from './steps.mjs';

/** The editor's names of platforms: Node's, but for musl, which has no DuckDB package anyway. */
function targetPlatform() {
  const flag = process.argv.indexOf('--target');
  return flag > 0 ? process.argv[flag + 1] : `${process.platform}-${process.arch}`;
}

/** Copies a package's runtime files beside the bundles, where `require` finds them in an installed extension. */
async function shipPackage(name) {
  const from = path.join(projectRoot, 'node_modules', name);
  if (!existsSync(from)) throw new Error(`${name} is not installed`);
  await cp(from, path.join(projectRoot, 'dist/node_modules', name), {
    recursive: true,
    filter: (file) => !/\.(map|ts|md|tsbuildinfo)$/.test(file),
  });
}

/** Builds and packs. @returns the file's absolute path */
export async function packageVsix() {
  const target = targetPlatform();
  await step('Build for production', () => buildAll({ production: true }));
  for (const name of ['node-api', 'node-bindings', `node-bindings-${target}`])
    await shipPackage(`@duckdb/${name}`);
  const { version } = JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8'));
  const packagePath = path.join(projectRoot, `galley-${target}-${version}.vsix`);
  await step('Pack', () =>
    createVSIX({
      cwd: projectRoot,
      packagePath,
      target,
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
      skipLicense: true,
    }),
  );
  const { size } = await stat(packagePath);
  say(`${path.relative(projectRoot, packagePath)}: ${(size / 1024 / 1024).toFixed(1)} MB`);
  return packagePath;
}

if (process.argv[1]?.endsWith('package.mjs')) await packageVsix();
