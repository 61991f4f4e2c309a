import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { KafkaBroker } from '../stack/stack-service.ts';
import { directProducers } from './direct-producers.ts';
import { deployOn, expectExactlyOnce, expectNothingLost, type Deployed } from './harness.ts';
import { LONG } from './needs.ts';
import { Outage, type BufferingClient, type OutageLoad } from './outage.ts';

/** In CI the broker is away for 5 s and each client sends 500 records; CLIENTS_LONG=1 makes it 20 s and 10,000. */
const [OUTAGE_MS, COUNT] = LONG ? [20_000, 10_000] : [5000, 500];

const clients: readonly BufferingClient[] = [...directProducers];

/** A client in the middle of its load, and how it ended. */
interface Running {
  readonly load: OutageLoad;
  readonly sent: Promise<Error | undefined>;
}

describe(`a broker is killed for ${OUTAGE_MS / 1000} s while clients send`, function () {
  this.timeout(300_000);
  const running = new Map<string, Running>();
  let broker: KafkaBroker | undefined;
  let deployed: Deployed | undefined;

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
    await outage.run(broker);
    await Promise.all(Array.from(running.values(), ({ sent }) => sent));
  });

  after(async function () {
    this.timeout(60_000);
    await deployed?.[Symbol.asyncDispose]();
    await broker?.dispose();
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
