import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Consumer } from '../ports/queue.ts';
import { registerCompressionCodecs } from './compression-codecs.ts';
import type { KafkaConsumerOptions } from './kafka-options.ts';
import { createKafkaJsClient } from './kafkajs-client.ts';
import { KafkaJsConsumer } from './kafkajs-consumer.ts';

const CONNECT_TIMEOUT_MS = 3000;
const REQUEST_TIMEOUT_MS = 15_000;

/** A consumer on Kafka. Connects at `start`. */
export function createKafkaConsumer(options: KafkaConsumerOptions, logger: Logger, clock: Clock = Date): Consumer {
  if (options.drainTimeoutMs >= options.sessionTimeoutMs)
    throw new RangeError(
      `drainTimeoutMs (${String(options.drainTimeoutMs)}) must be below sessionTimeoutMs (${String(options.sessionTimeoutMs)})`,
    );
  registerCompressionCodecs();
  const limits = {
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    retry: { retries: 3, initialRetryTime: 200, maxRetryTime: 2000 },
  };
  return new KafkaJsConsumer(createKafkaJsClient(options, limits, logger), options, logger, clock);
}
