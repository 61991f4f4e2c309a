import { describeQueueContract } from '@paylog/shared/testing/queue-contract';
import { kafkaHarness } from './kafka-harness.ts';

describeQueueContract('Kafka through kafkajs', (context) => kafkaHarness(context, 'kafkajs'));
