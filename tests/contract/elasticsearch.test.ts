import { describeStoreContract } from '@paylog/shared/testing/store-contract';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode } from '../stack/stack-service.ts';
import { elasticsearchHarness } from './elasticsearch-harness.ts';
import { describeElasticsearchOutages } from './elasticsearch-outages.ts';

describe('elasticsearch', function () {
  this.timeout(180_000);
  let node: ElasticsearchNode;

  before(async function () {
    node = orSkip(this, await acquireElasticsearch({ own: true }));
  });
  after(() => (node as ElasticsearchNode | undefined)?.dispose());

  describeStoreContract('elasticsearch', (options) => elasticsearchHarness(node, options));
  describeElasticsearchOutages(() => node);
});
