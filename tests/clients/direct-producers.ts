import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { kafkaJars } from '../stack/acquire-kafka.ts';
import { waitUntilFound, type Deployed } from './harness.ts';
import { allOf, needsJava, needsLong } from './needs.ts';
import type { BufferingClient } from './outage.ts';
import { blockOf } from './pages.ts';
import { runProgram } from './program.ts';
import { needsRsyslogWith, Rsyslog } from './rsyslog.ts';

const CHUNK = 500;
const SETTLE_MS = 120_000;

type Records = Iterable<object> | AsyncIterable<object>;

/** Sends records as docs/sending/kafka.md does, in chunks; resolves when Kafka has them all. */
export async function sendWithKafkajs({ kafka }: Deployed, records: Records): Promise<void> {
  if (kafka === undefined) throw new Error('there is no Kafka');
  const client = new Kafka({
    brokers: kafka.brokers.split(','),
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 300, maxRetryTime: 5000, retries: 30 },
  });
  const producer = client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  let messages: { value: string }[] = [];
  const flush = async (): Promise<void> => {
    await producer.send({ topic: kafka.topics.direct, acks: -1, compression: CompressionTypes.GZIP, messages });
    messages = [];
  };
  try {
    for await (const record of records) {
      messages.push({ value: JSON.stringify(record) });
      if (messages.length >= CHUNK) await flush();
    }
    if (messages.length > 0) await flush();
  } finally {
    await producer.disconnect();
  }
}

/** Producers that write to the direct topic, through an outage of its broker. */
export const directProducers: readonly BufferingClient[] = [
  {
    // Holds no records itself: the application waits for `send`, which goes on trying.
    name: 'kafkajs',
    exactlyOnce: true,
    send: async (deployed, { records }) => {
      await sendWithKafkajs(deployed, withIds(records));
    },
  },
  {
    // Its buffer is 32 MB of memory. kcat is not among these: it ends when no broker is there.
    name: 'the Java client',
    needs: allOf([needsLong, needsJava]),
    exactlyOnce: true,
    send: async ({ kafka }, { records }) => {
      if (kafka === undefined) throw new Error('there is no Kafka');
      const program = path.join(import.meta.dirname, 'SendLines.java');
      await runProgram('java', ['-cp', await kafkaJars(), program, kafka.brokers, kafka.topics.direct], {
        input: linesOf(withIds(records)),
      });
    },
  },
  {
    // rsyslog's queue in memory and on disk, and librdkafka's behind it.
    name: 'rsyslog omkafka',
    needs: needsRsyslogWith('omkafka'),
    exactlyOnce: true,
    send: async (deployed, { records, marker, count }) => {
      await using rsyslog = await Rsyslog.start(blockOf('kafka.md', 'rsyslog', deployed));
      await rsyslog.log('checkout', messagesIn(records));
      await waitUntilFound(deployed, marker, count, SETTLE_MS);
    },
  },
];

async function* withIds(records: AsyncIterable<{ readonly message: string }>): AsyncGenerator<object> {
  for await (const { message } of records) yield { id: randomUUID(), service: 'checkout', message };
}

async function* linesOf(records: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const record of records) yield `${JSON.stringify(record)}\n`;
}

async function* messagesIn(records: AsyncIterable<{ readonly message: string }>): AsyncGenerator<string> {
  for await (const { message } of records) yield message;
}
