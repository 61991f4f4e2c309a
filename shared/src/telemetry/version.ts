import { readFileSync } from 'node:fs';

/** Version of the product, from the package's own package.json. Reads the file at each call: call it once, at start. */
export function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
