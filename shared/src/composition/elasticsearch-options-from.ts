import { readFileSync } from 'node:fs';
import type { Config, ElasticsearchConnection } from '../config/config.ts';
import type { ElasticsearchConnectionOptions, ElasticsearchWriterOptions } from '../elasticsearch/options.ts';
import type { ServerCheck } from './certificate-expiry.ts';

/**
 * How to reach the cluster, as the adapter takes it. Reads the CA file; throws when that cannot be read.
 *
 * @param check absent: Node.js's own
 */
export function elasticsearchConnectionFrom(
  { url, auth, caFile, timeoutMs }: ElasticsearchConnection,
  check?: ServerCheck,
): ElasticsearchConnectionOptions {
  return {
    url,
    timeoutMs,
    ...auth,
    ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }),
    ...(check && { checkServerIdentity: check }),
  };
}

/** Settings of the writer. */
export function elasticsearchWriterFrom(
  connection: ElasticsearchConnectionOptions,
  { index }: Pick<Config<'indexer' | 'standalone'>, 'index'>,
): ElasticsearchWriterOptions {
  return { ...connection, ...index };
}
