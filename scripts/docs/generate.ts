/**
 * Writes the generated pages of docs/ and files of the Helm chart and of Terraform. With --check it writes nothing and fails when one differs from what it
 * is made of.
 * Usage: node --conditions=@paylog/source --import tsx scripts/docs/generate.ts [--check]
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { cliPage } from './cli-page.ts';
import { configPage } from './config-page.ts';
import { errorsPage } from './errors-page.ts';
import { helmChart } from './helm-chart.ts';
import { metricsPage } from './metrics-page.ts';
import { scalingPage } from './scaling-page.ts';
import { searchPage } from './search-page.ts';
import { terraformPage, terraformSettings } from './terraform-page.ts';

const PAGES = {
  'docs/cli.md': cliPage,
  'docs/config.md': configPage,
  'docs/errors.md': errorsPage,
  'docs/metrics.md': metricsPage,
  'docs/scaling.md': scalingPage,
  'docs/search.md': searchPage,
  'infra/terraform/README.md': terraformPage,
  'infra/terraform/modules/helm-chart/settings.tf': terraformSettings,
};

const root = new URL('../../', import.meta.url);
const check = process.argv.includes('--check');

const pages = Object.entries(PAGES).map(([path, page]) => [path, page()] as const);
const chart = await helmChart(root);

for (const [path, raw] of [...pages, ...Object.entries(chart.files)]) {
  const file = new URL(path, root);
  const text = await formatted(path, raw);
  const current = await readFile(file, 'utf8').catch(() => '');
  if (current === text) continue;
  if (check) {
    process.stderr.write(`${path} is out of date: run npm run docs\n`);
    process.exitCode = 1;
  } else {
    await mkdir(new URL('.', file), { recursive: true });
    await writeFile(file, text);
    process.stdout.write(`${path} written\n`);
  }
}
for (const path of chart.stale) {
  if (check) {
    process.stderr.write(`${path} has no original any more: run npm run docs\n`);
    process.exitCode = 1;
  } else {
    await rm(new URL(path, root));
    process.stdout.write(`${path} removed\n`);
  }
}

/** What is copied or only changed in one place stays as it is. */
async function formatted(path: string, text: string): Promise<string> {
  const parser = path.endsWith('.md') ? 'markdown' : path.endsWith('.schema.json') ? 'json' : undefined;
  return parser === undefined ? text : format(text, { ...(await resolveConfig(new URL(path, root))), parser });
}
