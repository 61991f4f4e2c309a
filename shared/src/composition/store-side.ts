import type { Config } from '../config/config.ts';
import { createElasticsearchSearcher } from '../elasticsearch/elasticsearch-searcher.ts';
import { createElasticsearchWriter } from '../elasticsearch/elasticsearch-writer.ts';
import { createEmbeddedStore } from '../embedded/embedded-store.ts';
import type { Component } from '../flow/lifecycle.ts';
import type { Logger } from '../ports/logger.ts';
import type { StoreSearcher, StoreWriter } from '../ports/store.ts';
import type { ServerCheck } from './certificate-expiry.ts';
import { elasticsearchConnectionFrom, elasticsearchWriterFrom } from './elasticsearch-options-from.ts';

/** The store of the all-in-one process: Elasticsearch where its URL is given, else the embedded one. */
export interface StoreSide {
  /** What must be open before the parts are used and closed after them. */
  readonly components: readonly Component[];
  writer(): StoreWriter;
  searcher(): StoreSearcher;
}

/** Chooses and configures the store; opens nothing. */
export function storeSideFrom(config: Config, check: ServerCheck, logger: Logger): StoreSide {
  const { store, index, timeouts, embedded } = config;
  if (store.kind === 'elasticsearch') {
    const connection = elasticsearchConnectionFrom(store, check);
    return {
      components: [],
      writer: () => createElasticsearchWriter(elasticsearchWriterFrom(connection, config), logger),
      searcher: () => createElasticsearchSearcher(connection, logger),
    };
  }
  const { dataDir } = embedded;
  const options = { dataDir, retentionDays: index.retentionDays, searchTimeoutMs: timeouts.searchMs };
  const local = createEmbeddedStore(options, logger);
  return {
    components: [{ name: 'embedded store', start: () => local.start(), stop: () => local.stop() }],
    writer: () => local.writer(),
    searcher: () => local.searcher(),
  };
}
