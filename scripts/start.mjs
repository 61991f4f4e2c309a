/**
 * `npm start`: installs and builds what is missing, then runs API and indexer in this very process, so that signals reach
 * them directly. Uses nothing but Node.js itself until the dependencies are there.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfNeeded } from './lib/build.mjs';
import { installIfNeeded } from './lib/install.mjs';
import { checkNodeVersion } from './lib/node-version.mjs';
import { root } from './lib/run.mjs';

if (!checkNodeVersion() || !(await installIfNeeded()) || !(await buildIfNeeded())) {
  process.exit(1);
}
process.setSourceMapsEnabled(true);
const main = path.join(root, 'services/standalone/dist/main.js');
process.argv[1] = main;
await import(pathToFileURL(main).href);
