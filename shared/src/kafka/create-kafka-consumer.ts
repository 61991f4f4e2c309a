import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Consumer } from '../ports/queue.ts';
import { registerCompressionCodecs } from './compression-codecs.ts';
import type { KafkaConsumerOptions } from './kafka-options.ts';
import { createKafkaJsClient } from './kafkajs-client.ts';
import { KafkaJsConsumer } from './kafkajs-consumer.ts';
import { makeMemberStatic } from './kafkajs-static-membership.ts';

const CONNECT_TIMEOUT_MS = 3000;
const REQUEST_TIMEOUT_MS = 15_000;

/**
 * A consumer on Kafka. Connects at `start`.
 *
 * @throws RangeError when it could not drain in time
 * @throws Error when it is to be a static member, and the client library is not the one that this is known to work with
 */
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
  const kafka = createKafkaJsClient(options, limits, logger);
  const { groupId, groupInstanceId } = options;
  if (groupInstanceId !== undefined) makeMemberStatic(kafka, { groupId, groupInstanceId });
  return new KafkaJsConsumer(kafka, options, logger, clock);
}
