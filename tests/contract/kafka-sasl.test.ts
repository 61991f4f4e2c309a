import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { KafkaSasl } from '@paylog/shared/kafka/kafka-options';
import { messagesOf, settingsOf } from '@paylog/shared/testing/queue-bench';
import { QueueProbe, waitUntil } from '@paylog/shared/testing/queue-probe';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { freePort } from '../stack/free-port.ts';
import { orSkip } from '../stack/skip.ts';
import type { KafkaBroker } from '../stack/stack-service.ts';
import { testConsumer, testPublisher, testTopicAdmin } from './kafka-harness.ts';

const USERNAME = 'paylog';
const PASSWORD = 'open-sesame-4711';
const WRONG = 'wrong-sesame-4711';

for (const client of ['kafkajs', 'platformatic'] as const) {
  describe(`Kafka with SASL/PLAIN, producing through ${client}`, function () {
    this.timeout(60_000);
    let broker: KafkaBroker | undefined;
    let brokers: string[];
    let topic: string;

    before(async function () {
      this.timeout(300_000);
      const port = await freePort();
      const saslPort = await freePort();
      const controllerPort = await freePort();
      broker = orSkip(
        this,
        await acquireKafka({ own: true, port, properties: saslProperties(port, saslPort, controllerPort) }),
      );
      brokers = [`127.0.0.1:${String(saslPort)}`];
      topic = `sasl-${randomUUID()}`;
      await testTopicAdmin([`127.0.0.1:${String(port)}`]).ensureTopics([settingsOf(topic, 2, 1_000_000)], true);
    });
    after(async () => {
      await broker?.dispose();
    });

    const sasl = (password: string): KafkaSasl => ({ mechanism: 'plain', username: USERNAME, password });

    it('publishes and consumes with the right password', async () => {
      const publisher = testPublisher(client, { brokers, sasl: sasl(PASSWORD) });
      const consumer = testConsumer({ brokers, sasl: sasl(PASSWORD) }, { groupId: randomUUID(), topics: [topic] });
      const probe = new QueueProbe();
      try {
        await publisher.start();
        assert.deepEqual(await publisher.publish(topic, messagesOf(10, 'k')), { status: 'stored' });
        await consumer.start(probe.handler);
        await probe.waitForKeys(10);
      } finally {
        await consumer.stop();
        await publisher.stop();
      }
    });

    it('says that the password is wrong, and does not show it', async () => {
      const publisher = testPublisher(client, { brokers, sasl: sasl(WRONG) });
      const consumer = testConsumer({ brokers, sasl: sasl(WRONG) }, { groupId: randomUUID(), topics: [topic] });
      try {
        await publisher.start();
        const outcome = await publisher.publish(topic, messagesOf(1, 'k'));
        assert.equal(outcome.status, 'retryable');
        await consumer.start(() => Promise.resolve());
        for (const part of [publisher, consumer]) {
          await waitUntil(
            () => /authentication/i.test(part.state().reason ?? ''),
            20_000,
            () => `a reason that names authentication, have ${part.state().reason ?? 'none'}`,
          );
          assert.equal(part.state().state, 'down');
          assert.ok(!(part.state().reason ?? '').includes(WRONG));
        }
      } finally {
        await consumer.stop();
        await publisher.stop();
      }
    });
  });
}

/** A second listener that asks for a name and a password. */
function saslProperties(port: number, saslPort: number, controllerPort: number): Record<string, string> {
  const listeners = `PLAINTEXT://127.0.0.1:${String(port)},SASL_PLAINTEXT://127.0.0.1:${String(saslPort)}`;
  return {
    listeners: `${listeners},CONTROLLER://127.0.0.1:${String(controllerPort)}`,
    'advertised.listeners': listeners,
    'controller.quorum.voters': `1@127.0.0.1:${String(controllerPort)}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.sasl_plaintext.plain.sasl.jaas.config':
      'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
      `username="${USERNAME}" password="${PASSWORD}" user_${USERNAME}="${PASSWORD}";`,
  };
}
