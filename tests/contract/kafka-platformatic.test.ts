import { describeQueueContract } from '@paylog/shared/testing/queue-contract';
import { kafkaHarness } from './kafka-harness.ts';

describeQueueContract('Kafka, produced to through @platformatic/kafka', (context) =>
  kafkaHarness(context, 'platformatic'),
);
