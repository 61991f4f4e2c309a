/**
 * Writes the generated pages of docs/. With --check it writes nothing and fails when a page differs from its table.
 * Usage: node --conditions=@paylog/source --import tsx scripts/docs/generate.ts [--check]
 */
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { cliPage } from './cli-page.ts';
import { configPage } from './config-page.ts';
import { errorsPage } from './errors-page.ts';
import { metricsPage } from './metrics-page.ts';
import { searchPage } from './search-page.ts';

const PAGES = {
  'docs/cli.md': cliPage,
  'docs/config.md': configPage,
  'docs/errors.md': errorsPage,
  'docs/metrics.md': metricsPage,
  'docs/search.md': searchPage,
};

const root = new URL('../../', import.meta.url);
const check = process.argv.includes('--check');

for (const [path, page] of Object.entries(PAGES)) {
  const file = new URL(path, root);
  const text = await format(page(), { ...(await resolveConfig(file)), parser: 'markdown' });
  const current = await readFile(file, 'utf8').catch(() => '');
  if (current === text) continue;
  if (check) {
    process.stderr.write(`${path} is out of date: run npm run docs\n`);
    process.exitCode = 1;
  } else {
    await writeFile(file, text);
    process.stdout.write(`${path} written\n`);
  }
}
