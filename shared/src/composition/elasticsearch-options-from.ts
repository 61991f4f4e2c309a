import { readFileSync } from 'node:fs';
import type { Config, ElasticsearchConnection } from '../config/config.ts';
import type { ElasticsearchConnectionOptions, ElasticsearchWriterOptions } from '../elasticsearch/options.ts';

/** How to reach the cluster, as the adapter takes it. Reads the CA file; throws when that cannot be read. */
export function elasticsearchConnectionFrom(store: ElasticsearchConnection): ElasticsearchConnectionOptions {
  const { url, auth, caFile, timeoutMs } = store;
  return { url, timeoutMs, ...auth, ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }) };
}

/** Settings of the writer. */
export function elasticsearchWriterFrom(
  connection: ElasticsearchConnectionOptions,
  { index }: Pick<Config<'indexer' | 'standalone'>, 'index'>,
): ElasticsearchWriterOptions {
  return { ...connection, ...index };
}
