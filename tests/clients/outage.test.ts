import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { KafkaBroker } from '../stack/stack-service.ts';
import { directProducers } from './direct-producers.ts';
import { elasticsearchClients } from './elasticsearch-clients.ts';
import { deployOn, expectExactlyOnce, expectNothingLost, type Deployed } from './harness.ts';
import { lokiClients } from './loki-clients.ts';
import { LONG } from './needs.ts';
import { otlpClients } from './otlp-clients.ts';
import { Outage, type BufferingClient, type OutageLoad } from './outage.ts';

/** In CI the broker is away for 5 s and each client sends 500 records; CLIENTS_LONG=1 makes it 20 s and 10,000. */
const [OUTAGE_MS, COUNT] = LONG ? [20_000, 10_000] : [5000, 500];

const clients: readonly BufferingClient[] = [
  ...directProducers,
  ...elasticsearchClients,
  ...otlpClients,
  ...lokiClients,
];

/** A client in the middle of its load, and how it ended. */
interface Running {
  readonly load: OutageLoad;
  readonly sent: Promise<Error | undefined>;
}

interface Body {
  readonly code?: unknown;
  readonly items?: readonly { readonly create?: { readonly status?: unknown } }[];
}

/** Sends one record by each protocol; the status, with what else tells a client of that protocol to send again. */
async function answersOf(url: string): Promise<Record<string, unknown>> {
  const post = async (path: string, body: string): Promise<{ readonly status: number; readonly text: string }> => {
    const headers = { 'content-type': path.endsWith('_bulk') ? 'application/x-ndjson' : 'application/json' };
    const response = await fetch(url + path, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  };
  const [message, nanoseconds] = ['while the broker is away', `${Date.now()}000000`];
  const otlp = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: message } }] }] }] };
  const loki = { streams: [{ stream: { service_name: 'away' }, values: [[nanoseconds, message]] }] };
  const [native, bulk, logs, push, collector] = await Promise.all([
    post('/api/v1/logs', JSON.stringify({ service: 'away', message })),
    post('/elasticsearch/_bulk', `{"create":{"_index":"away"}}\n${JSON.stringify({ message })}\n`),
    post('/v1/logs', JSON.stringify(otlp)),
    post('/loki/api/v1/push', JSON.stringify(loki)),
    post('/services/collector', JSON.stringify({ event: message })),
  ]);
  return {
    '/api/v1/logs': native.status,
    '/elasticsearch/_bulk': [bulk.status, (JSON.parse(bulk.text) as Body).items?.[0]?.create?.status],
    '/v1/logs': logs.status,
    '/loki/api/v1/push': push.status,
    '/services/collector': [collector.status, (JSON.parse(collector.text) as Body).code],
  };
}

describe(`a broker is killed for ${OUTAGE_MS / 1000} s while clients send`, function () {
  this.timeout(300_000);
  const running = new Map<string, Running>();
  let broker: KafkaBroker | undefined;
  let deployed: Deployed | undefined;
  let answers: Readonly<Record<string, unknown>> = {};

  before(async function () {
    this.timeout(600_000);
    broker = orSkip(this, await acquireKafka({ own: true }));
    const elasticsearch = orSkip(this, await acquireElasticsearch());
    deployed = await deployOn(broker.brokers, elasticsearch.url);
    const outage = new Outage(OUTAGE_MS);
    for (const client of clients) {
      if (client.needs !== undefined && 'skipped' in (await client.needs())) continue;
      const load = outage.load(COUNT);
      const sent = client.send(deployed, load).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      );
      running.set(client.name, { load, sent });
    }
    await Promise.all(Array.from(running.values(), ({ load, sent }) => Promise.race([load.underWay, sent])));
    const { url } = deployed;
    await outage.run(broker, async () => {
      answers = await answersOf(url);
    });
    await Promise.all(Array.from(running.values(), ({ sent }) => sent));
  });

  after(async function () {
    this.timeout(60_000);
    await deployed?.[Symbol.asyncDispose]();
    await broker?.dispose();
  });

  it('each protocol answers meanwhile what its clients send again', () => {
    assert.deepEqual(answers, {
      '/api/v1/logs': 503,
      '/elasticsearch/_bulk': [200, 429],
      '/v1/logs': 503,
      '/loki/api/v1/push': 503,
      '/services/collector': [503, 9],
    });
  });

  for (const client of clients) {
    describe(client.name, () => {
      before(async function () {
        if (client.needs !== undefined) orSkip(this, await client.needs());
      });

      it(`loses nothing${client.exactlyOnce ? ', and nothing is there twice' : ''}`, async () => {
        const { load, sent } = running.get(client.name)!;
        assert.ifError(await sent);
        const expectAll = client.exactlyOnce ? expectExactlyOnce : expectNothingLost;
        await expectAll(deployed!, load.marker, COUNT);
      });
    });
  }
});
