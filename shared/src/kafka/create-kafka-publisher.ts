import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Publisher } from '../ports/queue.ts';
import type { KafkaPublisherOptions } from './kafka-options.ts';
import { KafkaPublisher } from './kafka-publisher.ts';
import { KafkaJsProduceClient } from './kafkajs-produce-client.ts';
import { PlatformaticProduceClient } from './platformatic-produce-client.ts';

/** A publisher on Kafka. Connects at `start`. Messages go to the partitions in turn, never by key. */
export function createKafkaPublisher(options: KafkaPublisherOptions, logger: Logger, clock: Clock = Date): Publisher {
  const client =
    options.client === 'kafkajs' ? new KafkaJsProduceClient(options, logger) : new PlatformaticProduceClient(options);
  return new KafkaPublisher(client, options, logger, clock);
}
