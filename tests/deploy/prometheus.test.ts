import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { before, describe, it } from 'mocha';
import { parse } from 'yaml';
import { orSkip } from '../stack/skip.ts';
import { systemTool } from '../stack/tools.ts';

const run = promisify(execFile);
const root = path.join(import.meta.dirname, '..', '..');
const prometheus = path.join(root, 'infra', 'prometheus');
const runbooks = path.join(root, 'docs', 'runbooks');

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const filesIn = async (folder: string, ending: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith(ending)).map((name) => path.join(folder, name));

async function readRules(): Promise<Rule[]> {
  const files = await filesIn(path.join(prometheus, 'rules'), '.yaml');
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts.flatMap((text) => (parse(text) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules));
}

const alertsOf = (rules: readonly Rule[]): string[] => [
  ...new Set(rules.flatMap(({ alert }) => (alert === undefined ? [] : [alert]))),
];

describe('infra/prometheus', () => {
  let promtool = '';

  before(async function () {
    promtool = orSkip(this, await systemTool('promtool', ['--version'], 'apt-get install prometheus')).program;
  });

  it('has a configuration and rules that promtool finds no fault with', async () => {
    const { stdout } = await run(promtool, ['check', 'config', path.join(prometheus, 'prometheus.yml')]);
    assert.match(stdout, /SUCCESS: 3 rule files found/);
  });

  it('has rules that pass their unit tests', async function () {
    this.timeout(60_000);
    await run(promtool, ['test', 'rules', ...(await filesIn(path.join(prometheus, 'tests'), '.yaml'))]);
  });

  it('scrapes the services by the names and ports that they have in docker-compose.yml', async () => {
    const config = parse(await readFile(path.join(prometheus, 'prometheus.yml'), 'utf8')) as {
      scrape_configs: { job_name: string; dns_sd_configs?: { names: string[]; port: number }[] }[];
    };
    const scraped = config.scrape_configs.flatMap(({ dns_sd_configs: found = [] }) =>
      found.flatMap(({ names, port }) => names.map((name) => `${name}:${port}`)),
    );
    assert.deepEqual(scraped, ['api:8000', 'indexer:8001']);
  });
});

describe('alerts and runbooks', () => {
  it('each alert says how bad it is, what it is, and where its page is', async () => {
    const rules = await readRules();
    for (const { alert, labels = {}, annotations = {} } of rules.filter((rule) => rule.alert !== undefined)) {
      assert.match(alert ?? '', /^Paylog[A-Z][A-Za-z]+$/);
      assert.match(labels['severity'] ?? '', /^(critical|warning)$/, alert);
      assert.match(annotations['summary'] ?? '', /\S/, alert);
      assert.match(annotations['description'] ?? '', /\.$/, alert);
      assert.equal(annotations['runbook_url'], `docs/runbooks/${alert ?? ''}.md`);
    }
  });

  it('each alert has its page, its row in the index, its unit test and its real fault, and there are no other pages', async () => {
    const alerts = alertsOf(await readRules()).sort();
    const pages = (await readdir(runbooks)).filter((name) => name !== 'README.md').sort();
    assert.deepEqual(
      pages,
      alerts.map((alert) => `${alert}.md`),
    );
    const index = await readFile(path.join(runbooks, 'README.md'), 'utf8');
    const unitTests = await Promise.all(
      (await filesIn(path.join(prometheus, 'tests'), '.yaml')).map((file) => readFile(file, 'utf8')),
    );
    const faults = await readFile(path.join(root, 'tests', 'faults', 'alerts.test.ts'), 'utf8');
    const listed = [...index.matchAll(/^\| \[(\w+)\]\((\w+)\.md\)/gm)].map(([, name, page]) => [name, page]);
    assert.deepEqual(listed.map(([name]) => name).sort(), alerts, 'the index lists every alert once, and nothing else');
    for (const [name, page] of listed) assert.equal(name, page);
    for (const alert of alerts) {
      assert.ok(unitTests.join('').includes(`alertname="${alert}"`), `${alert} has no unit test`);
      assert.ok(faults.includes(`'${alert}'`), `${alert} is not exercised`);
    }
  });

  it('each page says the same four things', async () => {
    for (const file of (await filesIn(runbooks, '.md')).filter((name) => !name.endsWith('README.md'))) {
      const text = await readFile(file, 'utf8');
      const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
      assert.deepEqual(headings, [
        path.basename(file, '.md'),
        'What it means',
        'See why within a minute',
        'What to do',
        'How it was exercised',
      ]);
      assert.match(text, /```promql\n/, file);
    }
  });

  it('every page links to what exists', async () => {
    for (const file of await filesIn(runbooks, '.md')) {
      const text = await readFile(file, 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
        if (!target.startsWith('http')) await access(path.join(runbooks, target));
      }
    }
  });
});
