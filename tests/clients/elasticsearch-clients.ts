import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ecsFormat as ecsForPino } from '@elastic/ecs-pino-format';
import { ecsFormat as ecsForWinston } from '@elastic/ecs-winston-format';
import { Client, type ClientOptions } from '@elastic/elasticsearch';
import { pino } from 'pino';
import pinoElasticsearchModule from 'pino-elasticsearch';
import winston from 'winston';
import { ElasticsearchTransport } from 'winston-elasticsearch';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { waitUntilFound, type Deployed } from './harness.ts';
import type { BufferingClient } from './outage.ts';
import { blockOf } from './pages.ts';
import { needsRsyslogWith, Rsyslog } from './rsyslog.ts';

/** Its types describe an ES module, which it is not. */
const pinoElasticsearch = pinoElasticsearchModule as unknown as (
  options: NonNullable<Parameters<typeof pinoElasticsearchModule.default>[0]>,
  parts: { readonly Client: typeof Client },
) => ReturnType<typeof pinoElasticsearchModule.default>;

/** As in docs/sending/elasticsearch.md; the helper of its own client gives up after 15 s. */
const PATIENT = { retries: 60, wait: 2000, concurrency: 100 } as const;

class PatientClient extends Client {
  constructor(options: ClientOptions) {
    super(options);
    const bulk = this.helpers.bulk.bind(this.helpers);
    this.helpers.bulk = (given, requestOptions) => bulk({ ...given, ...PATIENT }, requestOptions);
  }
}

const INDEX = 'logs-checkout-prod';
const SETTLE_MS = 120_000;

/** What an application logs; `fields` stand beside the message. */
export interface AppLog {
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

type AppLogs = Iterable<AppLog> | AsyncIterable<AppLog>;

/** What a client told of a record that was not taken. */
export interface Told {
  readonly type: string;
  readonly reason: string;
}

/** Sends all logs; resolves with what the client told of those that were rejected, when it has nothing left to send. */
export type Sender = (deployed: Deployed, logs: AppLogs) => Promise<Told[]>;

const nodeOf = ({ url }: Deployed): string => `${url}/elasticsearch`;

/** The bulk helper of Elastic's own client, as in docs/sending/elasticsearch.md. */
export const sendWithBulkHelper: Sender = async (deployed, logs) => {
  const client = new Client({ node: nodeOf(deployed), compression: true });
  const told: Told[] = [];
  const documents = async function* (): AsyncGenerator<object> {
    for await (const { message, fields } of logs) {
      yield { '@timestamp': new Date(), 'service.name': 'checkout', 'log.level': 'warning', message, ...fields };
    }
  };
  try {
    await client.helpers.bulk({
      datasource: documents(),
      onDocument: (log) => [{ create: { _index: INDEX, _id: randomUUID() } }, log],
      onDrop: ({ error }) => {
        if (error) told.push({ type: error.type, reason: error.reason ?? '' });
      },
      flushInterval: 500,
      ...PATIENT,
    });
  } finally {
    await client.close();
  }
  return told;
};

interface Warning extends Error {
  readonly indexError?: Told;
}

async function logWithWinston(deployed: Deployed, logs: AppLogs, ecs: boolean): Promise<Told[]> {
  const transport = new ElasticsearchTransport({
    clientOpts: { node: nodeOf(deployed) },
    dataStream: true,
    index: INDEX,
    flushInterval: 300,
    // 400 unless told otherwise. A rejected record is sent so often; an outage takes one for each record that is logged.
    retryLimit: ecs ? 3 : 1_000_000,
    internalLogger: () => {},
    useTransformer: !ecs,
    transformer: ({ level, message, meta }) => ({
      'event.id': randomUUID(),
      '@timestamp': new Date(),
      level,
      message,
      ...(meta as object),
    }),
  } as ConstructorParameters<typeof ElasticsearchTransport>[0]);
  const told: Told[] = [];
  transport.on('warning', ({ indexError }: Warning) => {
    if (indexError?.type !== undefined && indexError.type !== 'es_rejected_execution_exception') told.push(indexError);
  });
  transport.on('error', () => {});
  const withId = winston.format((info) => ({ ...info, event: { id: randomUUID() } }));
  const logger = winston.createLogger({
    ...(ecs
      ? { format: winston.format.combine(withId(), ecsForWinston({ serviceName: 'checkout' })) }
      : { defaultMeta: { service: 'checkout' } }),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is one: its class extends it
    transports: [transport],
  });
  const { bulkWriter } = transport as unknown as { readonly bulkWriter: { readonly bulk: readonly unknown[] } };
  let n = 0;
  for await (const { message, fields } of logs) {
    logger.warn(message, fields);
    n += 1;
    // An application does not log thousands in one turn; what is logged between two flushes is one request.
    if (n % 200 === 0) await delay(5);
  }
  // What was taken out for a request that fails comes back a moment later.
  const empty = async (): Promise<boolean> => {
    if (bulkWriter.bulk.length > 0) return false;
    await delay(600);
    return bulkWriter.bulk.length === 0;
  };
  await waitUntil(empty, SETTLE_MS, () => `winston-elasticsearch to send the ${bulkWriter.bulk.length} records left`);
  logger.end();
  return told;
}

/** winston-elasticsearch with a transformer of one's own. */
export const sendWithWinston: Sender = (deployed, logs) => logWithWinston(deployed, logs, false);
/** winston-elasticsearch with Elastic's ECS format. */
export const sendWithEcsWinston: Sender = (deployed, logs) => logWithWinston(deployed, logs, true);

interface Dropped {
  readonly document: { readonly error: Told };
}

async function logWithPino(deployed: Deployed, logs: AppLogs, ecs: boolean): Promise<Told[]> {
  const stream = pinoElasticsearch(
    { node: nodeOf(deployed), index: INDEX, opType: 'create', flushBytes: 100_000, flushInterval: 500 },
    { Client: PatientClient },
  );
  const told: Told[] = [];
  stream.on('insertError', ({ document }: Dropped) => told.push(document.error));
  const done = once(stream, 'insert');
  const logger = ecs
    ? pino({ ...ecsForPino({ serviceName: 'checkout' }), mixin: () => ({ 'event.id': randomUUID() }) }, stream)
    : pino({ base: { service: 'checkout' }, mixin: () => ({ id: randomUUID() }) }, stream);
  let n = 0;
  for await (const { message, fields } of logs) {
    logger.warn(fields ?? {}, message);
    n += 1;
    if (n % 200 === 0) await delay(5);
  }
  stream.end();
  await done;
  return told;
}

/** pino-elasticsearch with pino's own format. */
export const sendWithPino: Sender = (deployed, logs) => logWithPino(deployed, logs, false);
/** pino-elasticsearch with Elastic's ECS format. */
export const sendWithEcsPino: Sender = (deployed, logs) => logWithPino(deployed, logs, true);

/** rsyslog with the configuration of docs/sending/elasticsearch.md; what it rejects goes to `rejectedFile`. */
export function startRsyslog(deployed: Deployed, rejectedFile = '/dev/null'): Promise<Rsyslog> {
  const config = blockOf('elasticsearch.md', 'rsyslog', deployed);
  return Rsyslog.start(config.replace('/var/log/paylog-rejected.log', rejectedFile));
}

const through =
  (send: Sender): BufferingClient['send'] =>
  async (deployed, { records }) => {
    await send(deployed, records);
  };

/** Clients that keep what is not taken, through an outage of the broker. */
export const elasticsearchClients: readonly BufferingClient[] = [
  { name: "the bulk helper of Elastic's client", exactlyOnce: true, send: through(sendWithBulkHelper) },
  { name: 'winston-elasticsearch', exactlyOnce: true, send: through(sendWithWinston) },
  { name: 'pino-elasticsearch', exactlyOnce: true, send: through(sendWithPino) },
  {
    name: 'rsyslog omelasticsearch',
    needs: needsRsyslogWith('omelasticsearch'),
    exactlyOnce: true,
    send: async (deployed, { records, marker, count }) => {
      await using rsyslog = await startRsyslog(deployed);
      const messages = async function* (): AsyncGenerator<string> {
        for await (const { message } of records) yield message;
      };
      await rsyslog.log('checkout', messages());
      await waitUntilFound(deployed, marker, count, SETTLE_MS);
    },
  },
];
