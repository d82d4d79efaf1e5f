/* global __filename */
/** Injected into Node bundles, which are CommonJS: what `import.meta.url` of a bundled ES module stands for. */
import { pathToFileURL } from 'node:url';

export const bundleUrl = pathToFileURL(__filename).href;
