import assert from 'node:assert/strict';
import { Kafka, logLevel, type ConsumerConfig } from 'kafkajs';
import { describe, it } from 'mocha';
import { KafkaJsSession } from '../../src/kafka/kafkajs-session.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const events = { onActivity: () => undefined, onJoined: () => undefined };

/** What kafkajs is told for a session of this length; nothing is connected. */
function timesOf(sessionTimeoutMs: number): Pick<ConsumerConfig, 'heartbeatInterval' | 'rebalanceTimeout'> {
  const kafka = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING });
  const make = kafka.consumer.bind(kafka);
  const given: ConsumerConfig[] = [];
  kafka.consumer = (config) => {
    given.push(config);
    return make(config);
  };
  const limits = { maxBytesPerPartition: 1024, maxBytesPerFetch: 1024, drainTimeoutMs: 4000 };
  const member = { brokers: [], clientId: 'test', groupId: 'group', topics: ['logs'], sessionTimeoutMs, ...limits };
  new KafkaJsSession(kafka, member, () => Promise.resolve(), events, silent);
  const [{ heartbeatInterval, rebalanceTimeout } = {}] = given;
  return { heartbeatInterval: heartbeatInterval ?? 0, rebalanceTimeout: rebalanceTimeout ?? 0 };
}

describe('times of a Kafka session', () => {
  it('follow the session timeout', () => {
    assert.deepEqual(timesOf(10_000), { heartbeatInterval: 1000, rebalanceTimeout: 14_000 });
    assert.deepEqual(timesOf(30_000), { heartbeatInterval: 3000, rebalanceTimeout: 34_000 });
  });

  it('do not grow with a session that is long for the sake of static members: all wait for who is away', () => {
    assert.deepEqual(timesOf(300_000), { heartbeatInterval: 3000, rebalanceTimeout: 34_000 });
  });
});
