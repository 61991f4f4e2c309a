import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedStore } from '@paylog/shared/embedded/embedded-store';
import { describeQueryGolden } from '@paylog/shared/testing/query-golden';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode } from '../stack/stack-service.ts';
import { elasticsearchHarness } from './elasticsearch-harness.ts';
import { silentLogger } from './embedded-support.ts';

describeQueryGolden('embedded', async ({ retentionDays }) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'paylog-golden-'));
  const store = createEmbeddedStore({ dataDir, retentionDays }, silentLogger);
  await store.start();
  return {
    writer: store.writer(),
    searcher: store.searcher(),
    refresh: () => Promise.resolve(),
    restart: () => Promise.reject(new Error('nobody restarts it here')),
    stop: async () => {
      await store.stop();
      await rm(dataDir, { recursive: true });
    },
  };
});

describe('elasticsearch', function () {
  this.timeout(180_000);
  let node: ElasticsearchNode;

  before(async function () {
    node = orSkip(this, await acquireElasticsearch());
  });

  describeQueryGolden('elasticsearch', (options) => elasticsearchHarness(node, options));
});
