import type { checkServerIdentity } from 'node:tls';

/** How to reach a Kafka cluster. */
export interface KafkaConnectionOptions {
  /** Bootstrap brokers, `host:port`. */
  readonly brokers: readonly string[];
  /** Shown in the brokers' logs and quotas. */
  readonly clientId: string;
  /** TLS; absent: plain text. */
  readonly ssl?: {
    /** Certificates to trust, in PEM (content, not a path); absent: the ones that Node.js trusts. */
    readonly ca?: string;
    /** In place of Node.js's own check of what a broker shows. */
    readonly checkServerIdentity?: typeof checkServerIdentity;
  };
  readonly sasl?: KafkaSasl;
}

/** Credentials. The mechanisms that both client libraries have. */
export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** Settings of a publisher. */
export interface KafkaPublisherOptions extends KafkaConnectionOptions {
  /** The library that speaks to the brokers. */
  readonly client: 'kafkajs' | 'platformatic';
  /** Every `publish` settles within this time. */
  readonly publishTimeoutMs: number;
  /** The largest record batch that the brokers take (`max.message.bytes` of the topic), in bytes. */
  readonly maxBatchBytes: number;
}

/** Settings of a consumer. */
export interface KafkaConsumerOptions extends KafkaConnectionOptions {
  readonly groupId: string;
  /**
   * Makes this consumer a static member (`group.instance.id`): while it is away for less than the session timeout it keeps its partitions, and
   * it does not give them away when it stops. No other process of the group may have the same at the same time.
   */
  readonly groupInstanceId?: string | undefined;
  readonly topics: readonly string[];
  /** The group takes the partitions of a member that was silent for this long. */
  readonly sessionTimeoutMs: number;
  /** Most bytes that one fetch takes from one partition. A larger batch is still delivered, alone. */
  readonly maxBytesPerPartition: number;
  /** Most bytes of one fetch over all partitions of a broker: together they are with the handlers at once. */
  readonly maxBytesPerFetch: number;
  /** How long handlers may take to finish after their signal was aborted. Below the session timeout. */
  readonly drainTimeoutMs: number;
  /** Called each time the client crashed and is made anew. */
  readonly onRestart?: (() => void) | undefined;
}
