import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

/** One file of the explorer, in all forms that it is sent in. */
export interface ExplorerFile {
  readonly contentType: string;
  /** Changes with the content. */
  readonly etag: string;
  readonly bytes: Buffer;
  /** By content encoding, best first. */
  readonly encoded: ReadonlyMap<'br' | 'gzip', Buffer>;
}

/** Files by path below the folder: `index.html`, `assets/index-C0ffee00.js`. */
export type ExplorerFiles = ReadonlyMap<string, ExplorerFile>;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Where the build of `services/explorer` lays its files. */
export function explorerFolder(): string {
  // `import.meta.resolve` is not there where a loader of tests makes CommonJS of this module.
  const require = createRequire(import.meta.url);
  return path.join(path.dirname(require.resolve('@paylog/explorer/package.json')), 'dist');
}

/** Reads a build of the explorer: some hundred kilobytes, kept in memory. Undefined when there is none. */
export async function readExplorerFiles(folder: string): Promise<ExplorerFiles | undefined> {
  const names = await readdir(folder, { recursive: true }).catch((): string[] => []);
  const files = new Map<string, ExplorerFile>();
  for (const name of names) {
    const contentType = CONTENT_TYPES[path.extname(name)];
    if (contentType === undefined) continue;
    const full = path.join(folder, name);
    const bytes = await readFile(full);
    const encoded = new Map<'br' | 'gzip', Buffer>();
    if (names.includes(`${name}.br`)) encoded.set('br', await readFile(`${full}.br`));
    if (names.includes(`${name}.gz`)) encoded.set('gzip', await readFile(`${full}.gz`));
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    files.set(name.replaceAll(path.sep, '/'), { contentType, etag, bytes, encoded });
  }
  return files.has('index.html') ? files : undefined;
}
