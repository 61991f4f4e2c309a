import type { checkServerIdentity } from 'node:tls';

/** How to reach the cluster. Plain values: the caller reads configuration and files. */
export interface ElasticsearchConnectionOptions {
  /** Base URL of a node or of what stands in front of the cluster. */
  readonly url: string;
  /** Basic authentication, together with `password`. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** API key in its base64 form; wins over user name and password. */
  readonly apiKey?: string | undefined;
  /** PEM text of the authority that signed the cluster's certificate. */
  readonly ca?: string | undefined;
  /** In place of Node.js's own check of what the server shows. */
  readonly checkServerIdentity?: typeof checkServerIdentity | undefined;
  /** Time for one call of a port's method, with all the requests that it needs. */
  readonly timeoutMs: number;
  /** First part of all index names; `logs` when absent. Two products in one cluster need two. */
  readonly indexPrefix?: string | undefined;
}

/** What the indices of a day are made with. Applies to indices that are made after `start`. */
export interface IndexOptions {
  /** Primary shards. */
  readonly shards: number;
  /** Most copies of each shard; a cluster with fewer nodes gets fewer. */
  readonly replicas: number;
  /** Time until a stored record can be found. */
  readonly refreshMs: number;
}

/** Options of the administration of the index template. */
export interface ElasticsearchTemplateOptions extends ElasticsearchConnectionOptions, IndexOptions {}

/** Options of the writer. */
export interface ElasticsearchWriterOptions extends ElasticsearchTemplateOptions {
  /** Install the index template in `start`; else it must be there, as new as this release's or newer. */
  readonly installTemplate: boolean;
  /** Events more days before the day they were received go to the index of that day. */
  readonly daysPast: number;
  /** The same for events in the future. */
  readonly daysFuture: number;
  /** Days to keep; 0 keeps everything. */
  readonly retentionDays: number;
}

/** Options of the searcher. */
export type ElasticsearchSearcherOptions = ElasticsearchConnectionOptions;

/** First part of all index names where the options name none. */
export const DEFAULT_INDEX_PREFIX = 'logs';
