import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const root = path.join(import.meta.dirname, '..', '..');
const configuration = createRequire(import.meta.url)(path.join(root, '.dependency-cruiser.cjs')) as IConfiguration;

type Tree = Readonly<Record<string, string>>;

/** A tree in which every rule holds. Each violation below is this one with one file more, or another one. */
const CLEAN: Tree = {
  'shared/src/ports/queue.ts': "import type { Level } from '../record/level.ts';\nexport type Queue = Level;\n",
  'shared/src/record/level.ts': "export type Level = 'info';\nexport const level: Level = 'info';\n",
  'shared/src/config/load-config.ts': 'export const config = 1;\n',
  'shared/src/kafka/publisher.ts':
    "import type { Queue } from '../ports/queue.ts';\nexport const queue: Queue = 'info';\n",
  'shared/src/embedded/store.ts':
    "import type { Queue } from '../ports/queue.ts';\nexport const store: Queue = 'info';\n",
  'shared/src/testing/queue-contract.ts':
    "import { queue } from '../kafka/publisher.ts';\nexport const suite = queue;\n",
  'services/api/src/protocols/json.ts':
    "import { level } from '../../../../shared/src/record/level.ts';\nexport const json = level;\n",
  'services/api/src/ingest/ingest.ts': "import { json } from '../protocols/json.ts';\nexport const ingest = json;\n",
  'services/api/src/main.ts': "import './ingest/ingest.ts';\nimport '../../../shared/src/kafka/publisher.ts';\n",
  'services/explorer/src/main.tsx': "import '../../../shared/src/record/level.ts';\n",
  'services/indexer/src/indexer.ts': 'export const indexer = 1;\n',
  'services/indexer/src/main.ts':
    "import './indexer.ts';\nimport '../../../shared/src/embedded/store.ts';\nimport '../../../shared/src/config/load-config.ts';\n",
};

const VIOLATIONS: readonly { readonly rule: string; readonly what: string; readonly files: Tree }[] = [
  {
    rule: 'ports-depend-on-record-types-only',
    what: 'a port names a type of the configuration',
    files: { 'shared/src/ports/queue.ts': "export type { config } from '../config/load-config.ts';\n" },
  },
  {
    rule: 'ports-depend-on-record-types-only',
    what: 'a port loads code of the record',
    files: { 'shared/src/ports/queue.ts': "export { level, type Level as Queue } from '../record/level.ts';\n" },
  },
  {
    rule: 'adapters-never-import-siblings',
    what: 'the embedded store uses the Kafka adapter',
    files: { 'shared/src/embedded/store.ts': "export { queue as store } from '../kafka/publisher.ts';\n" },
  },
  {
    rule: 'adapters-never-import-config-or-telemetry',
    what: 'an adapter reads the configuration',
    files: { 'shared/src/kafka/publisher.ts': "export { config as queue } from '../config/load-config.ts';\n" },
  },
  {
    rule: 'adapters-never-import-config-or-telemetry',
    what: 'an adapter logs with winston',
    files: { 'shared/src/kafka/publisher.ts': "import 'winston';\nexport const queue = 'info';\n" },
  },
  {
    rule: 'protocols-know-records-only',
    what: 'a protocol knows the queue',
    files: {
      'services/api/src/protocols/json.ts': "export type { Queue } from '../../../../shared/src/ports/queue.ts';\n",
    },
  },
  {
    rule: 'ingest-and-indexer-know-ports-only',
    what: 'the indexer uses the Elasticsearch client',
    files: { 'services/indexer/src/indexer.ts': "import '@elastic/elasticsearch';\n" },
  },
  {
    rule: 'ingest-and-indexer-know-ports-only',
    what: 'a route that explores asks the embedded store',
    files: {
      'services/api/src/explore/facets.ts': "import '../../../../shared/src/embedded/embedded-store.ts';\n",
      'shared/src/embedded/embedded-store.ts': 'export const store = 1;\n',
    },
  },
  {
    rule: 'api-and-indexer-never-import-each-other',
    what: 'the API imports the indexer',
    files: { 'services/api/src/ingest/ingest.ts': "import '../../../indexer/src/indexer.ts';\n" },
  },
  {
    rule: 'cli-speaks-http-only',
    what: 'the command line imports the API',
    files: {
      'services/cli/src/main.ts': "import './send.ts';\n",
      'services/cli/src/send.ts': "import '../../api/src/ingest/ingest.ts';\n",
    },
  },
  {
    rule: 'explorer-knows-queries-and-levels-only',
    what: 'the page uses code of the API',
    files: { 'services/explorer/src/main.tsx': "import '../../api/src/ingest/ingest.ts';\n" },
  },
  {
    rule: 'explorer-knows-queries-and-levels-only',
    what: 'the page uses another part of the shared code',
    files: { 'services/explorer/src/main.tsx': "import '../../../shared/src/config/load-config.ts';\n" },
  },
  {
    rule: 'explorer-knows-queries-and-levels-only',
    what: 'the query language needs Node.js',
    files: {
      'services/explorer/src/main.tsx': "import '../../../shared/src/query/parse-query.ts';\n",
      'shared/src/query/parse-query.ts': "import 'node:fs';\n",
    },
  },
  {
    rule: 'only-main-touches-adapters',
    what: 'a decorator makes its own adapter',
    files: { 'shared/src/record/level.ts': "import '../kafka/publisher.ts';\nexport type Level = 'info';\n" },
  },
  {
    rule: 'express-only-in-api',
    what: 'the indexer serves its probes with express',
    files: { 'services/indexer/src/indexer.ts': "import 'express';\n" },
  },
  {
    rule: 'no-circular',
    what: 'two modules need each other',
    files: {
      'services/indexer/src/indexer.ts': "import './settle.ts';\n",
      'services/indexer/src/settle.ts': "import './indexer.ts';\n",
    },
  },
  {
    rule: 'no-orphans-in-production',
    what: 'nothing leads to a module',
    files: { 'services/indexer/src/forgotten.ts': 'export const forgotten = 1;\n' },
  },
  {
    rule: 'no-test-code-in-production',
    what: 'production uses a contract suite',
    files: { 'services/indexer/src/indexer.ts': "import '../../../shared/src/testing/queue-contract.ts';\n" },
  },
  {
    rule: 'no-test-code-in-production',
    what: 'production uses mocha',
    files: { 'services/indexer/src/indexer.ts': "import 'mocha';\n" },
  },
  {
    rule: 'resolvable',
    what: 'an import leads nowhere',
    files: { 'services/indexer/src/indexer.ts': "import './nowhere.ts';\n" },
  },
];

describe('the rules of ARCHITECTURE.md', function () {
  this.timeout(60_000);

  it('hold in a tree that respects them', async () => {
    assert.deepEqual(await violatedRules(CLEAN), []);
  });

  for (const { rule, what, files } of VIOLATIONS) {
    it(`${rule} fires when ${what}`, async () => {
      assert.ok((await violatedRules({ ...CLEAN, ...files })).includes(rule));
    });
  }

  it('are all shown to fire', () => {
    const rules = new Set((configuration.forbidden ?? []).map(({ name }) => name));
    assert.deepEqual([...rules].sort(), [...new Set(VIOLATIONS.map(({ rule }) => rule))].sort());
  });

  it('are all named in ARCHITECTURE.md', async () => {
    const text = await readFile(path.join(root, 'ARCHITECTURE.md'), 'utf8');
    const names = [...new Set(VIOLATIONS.map(({ rule }) => rule)), 'only-main-touches-process'];
    assert.deepEqual(
      names.filter((name) => name !== 'resolvable' && !text.includes(name)),
      [],
    );
  });

  it('only-main-touches-process fires outside main.ts, and not in it', async () => {
    // Without the rules that need types: the text is not that of a file of a project.
    const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });
    const touching = 'export const home = process.env;\n';
    for (const [file, expected] of [
      ['services/api/src/main.ts', 0],
      ['services/api/src/api.ts', 1],
      ['shared/src/config/load-config.ts', 1],
    ] as const) {
      const results = await eslint.lintText(touching, { filePath: path.join(root, file) });
      const messages = results.flatMap((result) => result.messages.map(({ message }) => message));
      assert.equal(messages.filter((message) => message.includes('only-main-touches-process')).length, expected, file);
    }
  });
});

/** Names of the rules that a tree violates, each once. */
async function violatedRules(tree: Tree): Promise<readonly string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'paylog-rules-'));
  try {
    for (const [file, text] of Object.entries(tree)) {
      await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
      await writeFile(path.join(folder, file), text);
    }
    const { options, ...ruleSet } = configuration;
    const { enhancedResolveOptions, ...cruiseOptions } = options ?? {};
    const { output } = await cruise(
      ['shared', 'services'],
      { ...cruiseOptions, baseDir: folder, validate: true, ruleSet },
      { ...enhancedResolveOptions, bustTheCache: true },
    );
    const { violations } = (output as ICruiseResult).summary;
    // What is not installed in the fixture tree cannot be resolved there; its own case is a missing file.
    const names = violations
      .filter(({ rule, to }) => rule.name !== 'resolvable' || to.startsWith('.'))
      .map(({ rule }) => rule.name);
    return [...new Set(names)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
