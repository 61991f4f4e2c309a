import { Kafka, logLevel, type KafkaConfig, type RetryOptions, type SASLOptions } from 'kafkajs';
import type { Logger } from '../ports/logger.ts';
import type { KafkaConnectionOptions } from './kafka-options.ts';
import { kafkaJsLogCreator } from './kafkajs-logger.ts';

/** Makes a kafkajs client. It connects nowhere. */
export function createKafkaJsClient(
  options: KafkaConnectionOptions,
  limits: { readonly connectTimeoutMs: number; readonly requestTimeoutMs: number; readonly retry: RetryOptions },
  logger: Logger,
): Kafka {
  const config: KafkaConfig = {
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout: limits.connectTimeoutMs,
    authenticationTimeout: limits.connectTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    retry: limits.retry,
    logLevel: logLevel.INFO,
    logCreator: kafkaJsLogCreator(logger),
  };
  if (options.ssl !== undefined) config.ssl = { ...options.ssl };
  // kafkajs's type is a union over the mechanisms; ours has the three whose fields are the same.
  if (options.sasl !== undefined) config.sasl = { ...options.sasl } as SASLOptions;
  return new Kafka(config);
}
