import type { TableValues } from './config-table.ts';
import type { Service } from './setting.ts';

/** How to reach the brokers. */
export interface KafkaConnection {
  readonly kind: 'kafka';
  readonly brokers: readonly string[];
  readonly client: 'platformatic' | 'kafkajs';
  /** Absent: no TLS. */
  readonly ssl?: { readonly caFile?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

/** How to reach the cluster. */
export interface ElasticsearchConnection {
  readonly kind: 'elasticsearch';
  readonly url: string;
  readonly auth?: { readonly apiKey: string } | { readonly username: string; readonly password: string };
  readonly caFile?: string;
  /** Of one request. */
  readonly timeoutMs: number;
}

/** Chosen by the all-in-one start where no broker or cluster is named; lives under `config.embedded.dataDir`. */
export interface Embedded {
  readonly kind: 'embedded';
}

type QueueOf<S extends Service> = 'standalone' extends S ? KafkaConnection | Embedded : KafkaConnection;
type StoreOf<S extends Service> = 'standalone' extends S ? ElasticsearchConnection | Embedded : ElasticsearchConnection;

/**
 * The configuration of one service, frozen, computed from `config-table.ts`. What a service does not read is not there.
 * The raw Kafka and Elasticsearch groups are replaced by `queue` and `store`, which are complete or embedded.
 */
export type Config<S extends Service = 'standalone'> = Omit<TableValues<S>, 'kafka' | 'elasticsearch'> & {
  readonly service: S;
  readonly queue: QueueOf<S>;
  readonly store: StoreOf<S>;
};
