import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID, X509Certificate } from 'node:crypto';
import type { KafkaConnectionOptions, KafkaSasl } from '@paylog/shared/kafka/kafka-options';
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

interface Ports {
  readonly plain: number;
  readonly sasl: number;
  readonly saslTls: number;
  readonly controller: number;
}

/** Key and certificate in PEM. */
interface Pem {
  readonly key: string;
  readonly certificate: string;
}

type Secured = Pick<KafkaConnectionOptions, 'brokers' | 'ssl' | 'sasl'>;

describe('Kafka with SASL and TLS', function () {
  this.timeout(60_000);
  let broker: KafkaBroker | undefined;
  let ports: Ports;
  let certificate: string;
  let topic: string;

  before(async function () {
    this.timeout(300_000);
    const pem = orSkip<Pem>(this, selfSigned() ?? { skipped: 'apt-get install openssl' });
    certificate = pem.certificate;
    ports = {
      plain: await freePort(),
      sasl: await freePort(),
      saslTls: await freePort(),
      controller: await freePort(),
    };
    const kafka = await acquireKafka({
      own: true,
      port: ports.plain,
      properties: securedProperties(ports, pem),
      formatArguments: ['--add-scram', `SCRAM-SHA-256=[name=${USERNAME},password=${PASSWORD}]`],
    });
    broker = orSkip(this, kafka);
    topic = `sasl-${randomUUID()}`;
    await testTopicAdmin([`127.0.0.1:${String(ports.plain)}`]).ensureTopics([settingsOf(topic, 2, 1_000_000)], true);
  });
  after(async () => {
    await broker?.dispose();
  });

  const sasl = (password: string, mechanism: KafkaSasl['mechanism'] = 'plain'): KafkaSasl => ({
    mechanism,
    username: USERNAME,
    password,
  });

  for (const client of ['kafkajs', 'platformatic'] as const) {
    const roundTrip = async (secured: Secured, ofConsumer = secured): Promise<void> => {
      const publisher = testPublisher(client, secured);
      const consumer = testConsumer(ofConsumer, { groupId: randomUUID(), topics: [topic] });
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
    };

    it(`publishes (${client}) and consumes with the right password`, () =>
      roundTrip({ brokers: [`127.0.0.1:${String(ports.sasl)}`], sasl: sasl(PASSWORD) }));

    it(`publishes (${client}) and consumes over TLS with SCRAM, and hands the broker's certificate to the check`, async () => {
      const checked = { publisher: 0, consumer: 0 };
      const secured = (part: keyof typeof checked): Secured => ({
        brokers: [`127.0.0.1:${String(ports.saslTls)}`],
        ssl: {
          ca: certificate,
          checkServerIdentity: (host, { valid_to }) => {
            assert.deepEqual([host, valid_to], ['127.0.0.1', new X509Certificate(certificate).validTo]);
            checked[part] += 1;
            return undefined;
          },
        },
        sasl: sasl(PASSWORD, 'scram-sha-256'),
      });
      await roundTrip(secured('publisher'), secured('consumer'));
      assert.ok(checked.publisher > 0 && checked.consumer > 0, JSON.stringify(checked));
    });

    it(`sends nothing (${client}) to a broker that does not pass the check`, () =>
      staysDown(
        {
          brokers: [`127.0.0.1:${String(ports.saslTls)}`],
          ssl: { ca: certificate, checkServerIdentity: () => new Error('another broker') },
          sasl: sasl(PASSWORD, 'scram-sha-256'),
        },
        /another broker/,
      ));

    it(`is down (${client}) and says why, without the password, when the password is wrong`, () =>
      staysDown({ brokers: [`127.0.0.1:${String(ports.sasl)}`], sasl: sasl(WRONG) }, /authentication/i));

    it(`is down (${client}) when the certificate is not trusted`, () =>
      staysDown(
        { brokers: [`127.0.0.1:${String(ports.saslTls)}`], ssl: {}, sasl: sasl(PASSWORD, 'scram-sha-256') },
        /self.signed certificate/i,
      ));

    const staysDown = async (secured: Secured, reason: RegExp): Promise<void> => {
      const publisher = testPublisher(client, secured);
      const consumer = testConsumer(secured, { groupId: randomUUID(), topics: [topic] });
      try {
        await publisher.start();
        const outcome = await publisher.publish(topic, messagesOf(1, 'k'));
        assert.equal(outcome.status, 'retryable');
        await consumer.start(() => Promise.resolve());
        for (const part of [publisher, consumer]) {
          await waitUntil(
            () => reason.test(part.state().reason ?? ''),
            20_000,
            () => `a reason like ${String(reason)}, have ${part.state().reason ?? 'none'}`,
          );
          assert.equal(part.state().state, 'down');
          assert.ok(!(part.state().reason ?? '').includes(WRONG));
        }
      } finally {
        await consumer.stop();
        await publisher.stop();
      }
    };
  }
});

/** Listeners that ask for a name and a password, in plain text and over TLS. */
function securedProperties(ports: Ports, pem: Pem): Record<string, string> {
  const advertised = [
    `PLAINTEXT://127.0.0.1:${String(ports.plain)}`,
    `SASL_PLAINTEXT://127.0.0.1:${String(ports.sasl)}`,
    `SASL_SSL://127.0.0.1:${String(ports.saslTls)}`,
  ].join(',');
  return {
    listeners: `${advertised},CONTROLLER://127.0.0.1:${String(ports.controller)}`,
    'advertised.listeners': advertised,
    'controller.quorum.voters': `1@127.0.0.1:${String(ports.controller)}`,
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
    'listener.name.sasl_plaintext.plain.sasl.jaas.config':
      'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
      `username="${USERNAME}" password="${PASSWORD}" user_${USERNAME}="${PASSWORD}";`,
    'listener.name.sasl_plaintext.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.sasl_ssl.sasl.enabled.mechanisms': 'SCRAM-SHA-256',
    'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'ssl.keystore.type': 'PEM',
    // Line ends as a properties file escapes them.
    'ssl.keystore.key': pem.key.replaceAll('\n', '\\n'),
    'ssl.keystore.certificate.chain': pem.certificate.replaceAll('\n', '\\n'),
  };
}

/** A certificate for 127.0.0.1; undefined without openssl. */
function selfSigned(): Pem | undefined {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = spawnSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', '-', '-out', '-', ...subject],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) return undefined;
  const part = (name: string): string =>
    new RegExp(`-----BEGIN ${name}-----[^]*-----END ${name}-----`).exec(made.stdout)?.[0] ?? '';
  return { key: part('PRIVATE KEY'), certificate: part('CERTIFICATE') };
}
