/** Bundles the four processes and the webview pages into dist/. */
import { build, context } from 'esbuild';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');

/** Native packages stay outside the bundles; package.mjs ships them beside. */
const native = ['@duckdb/node-api', '@duckdb/node-bindings'];

const node = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  sourcemap: true,
  absWorkingDir: root,
  // yaml, jsonrpc and others are smaller and tree-shaken in their ES module form.
  mainFields: ['module', 'main'],
  conditions: ['import'],
  loader: { '.sql': 'text', '.md': 'text' },
  define: { 'import.meta.url': 'bundleUrl' },
  inject: [path.join(root, 'scripts/bundle-url.mjs')],
  logLevel: 'warning',
};

/** Without it an older Node stops at the first import with a stack trace that says nothing of the remedy. */
const nodeGuard = `const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write('galley: Node 22.15 or newer is needed; this is ' + process.version + '.\\n');
  process.exit(2);
}`;

/** What the extension loads after its activation: files of their own, so that activation does not read them. */
const extensionParts = {
  jsonrpc: 'vscode-jsonrpc/node',
  'language-client': 'vscode-languageclient/node',
  analyse: './engine/pipeline/analyse',
};

/** Turns `import()` of a part into `require` of its file. */
const partsApart = {
  name: 'parts-apart',
  setup(bundle) {
    bundle.onResolve({ filter: /node$|analyse$/ }, ({ path: module, kind }) => {
      const part = Object.entries(extensionParts).find(([, source]) =>
        module.endsWith(source.replace(/^\./, '')),
      );
      if (kind !== 'dynamic-import' || part === undefined) return undefined;
      return { path: `./extension/${part[0]}.js`, external: true };
    });
  },
};

function nodeBundles(production, outdir) {
  const whole = {
    ...node,
    minifySyntax: production,
    minifyWhitespace: production,
    sourcemap: !production,
  };
  return [
    {
      ...whole,
      entryPoints: ['extension/main.ts'],
      outfile: path.join(outdir, 'extension.js'),
      external: ['vscode'],
      plugins: [partsApart],
      supported: { 'dynamic-import': false },
    },
    {
      ...whole,
      entryPoints: Object.entries(extensionParts).map(([out, source]) => ({ in: source, out })),
      outdir: path.join(outdir, 'extension'),
      external: ['vscode'],
    },
    {
      ...whole,
      entryPoints: ['language-server/main.ts'],
      outfile: path.join(outdir, 'language-server.js'),
    },
    {
      ...whole,
      entryPoints: ['engine/server.ts'],
      outfile: path.join(outdir, 'engine.js'),
      external: native,
    },
    {
      ...whole,
      entryPoints: ['engine/cli/main.ts'],
      outfile: path.join(outdir, 'galley.js'),
      external: native,
      banner: { js: `#!/usr/bin/env node\n${nodeGuard}` },
    },
  ];
}

async function webviewBundle(production, outdir) {
  const folders = await readdir(path.join(root, 'webviews'), { withFileTypes: true });
  const pages = folders.filter((entry) => existsSync(path.join(root, 'webviews', entry.name, 'page.ts')));
  return {
    bundle: true,
    platform: 'browser',
    target: 'chrome130',
    format: 'esm',
    sourcemap: production ? false : 'linked',
    minify: production,
    absWorkingDir: root,
    entryPoints: pages.map((entry) => ({ in: `webviews/${entry.name}/page.ts`, out: entry.name })),
    outdir: path.join(outdir, 'webviews'),
    tsconfig: 'webviews/tsconfig.json',
    loader: { '.css': 'text' },
    logLevel: 'warning',
  };
}

/** Options for bundling test files: each is self-contained but for what must be loaded from node_modules. */
export const testBundle = {
  ...node,
  outbase: 'test',
  external: ['vscode', 'mocha', 'playwright-core', 'fast-check', '@vscode/test-electron', ...native],
};

/** Builds everything into a folder, which is emptied first. `production` minifies and leaves source maps out. */
export async function buildAll({ production = false, outdir = dist } = {}) {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(path.join(outdir, 'webviews'), { recursive: true });
  await cp(path.join(root, 'node_modules/@vscode/codicons/dist'), path.join(outdir, 'webviews/codicons'), {
    recursive: true,
    filter: (file) => !/\.(html|svg|csv|json|ts)$/.test(file),
  });
  const bundles = [...nodeBundles(production, outdir), await webviewBundle(production, outdir)];
  await Promise.all(bundles.map((options) => build(options)));
}

async function watch() {
  const bundles = [...nodeBundles(false, dist), await webviewBundle(false, dist)];
  for (const options of bundles) await (await context({ ...options, logLevel: 'info' })).watch();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--watch')) await watch();
  else await buildAll({ production: process.argv.includes('--production') });
}
