import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.join(import.meta.dirname, '..', '..');
const SOURCES = '--conditions=@paylog/source';
/** By its address: processes are started in directories from which it would not be found. */
const TSX = ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];

/** Whether our packages stand for their sources here (`npx mocha FILE`) or for what was built of them (`npm test`). */
const fromSources = process.execArgv.includes(SOURCES);

/**
 * Arguments of node that run a TypeScript file of the tests in another process, with our packages as this process has them.
 */
export function scriptArguments(file: string): string[] {
  return [...(fromSources ? [SOURCES] : []), ...TSX, file];
}

/**
 * Arguments of node that run a service: what was built, as it is shipped, when this process uses that as well, else its sources. Another checkout
 * (`home`) is never built.
 */
export function serviceArguments(service: 'api' | 'indexer' | 'standalone' | 'cli', home = root): string[] {
  const folder = path.join(home, 'services', service);
  return fromSources || home !== root
    ? [SOURCES, ...TSX, path.join(folder, 'src', 'main.ts')]
    : ['--enable-source-maps', path.join(folder, 'dist', 'main.js')];
}
