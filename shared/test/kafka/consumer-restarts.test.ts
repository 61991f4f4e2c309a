import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, it } from 'mocha';
import { createKafkaConsumer } from '../../src/kafka/create-kafka-consumer.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A port of this machine that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('restarts of the Kafka consumer', () => {
  it('tells each time it crashed and is made anew', async function () {
    this.timeout(60_000);
    let restarts = 0;
    const twice = new Promise<void>((resolve) => {
      const consumer = (async () =>
        createKafkaConsumer(
          {
            brokers: [`127.0.0.1:${await closedPort()}`],
            clientId: 'restarts',
            groupId: 'restarts',
            topics: ['none'],
            sessionTimeoutMs: 10_000,
            maxBytesPerPartition: 1024,
            maxBytesPerFetch: 1024,
            drainTimeoutMs: 100,
            onRestart: () => {
              restarts += 1;
              if (restarts === 2) void consumer.then((started) => started.stop()).then(resolve);
            },
          },
          silent,
        ))();
      void consumer.then((created) => created.start(() => Promise.resolve()));
    });
    await twice;
    assert.equal(restarts, 2);
  });
});
