import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { after, afterEach, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { Deployment } from '../e2e/deployment.ts';
import type { Service } from '../e2e/service.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { freePort } from '../stack/free-port.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';

/** How long the services are left alone with nothing to talk to. */
const ALONE_MS = 8000;

/**
 * What a container platform does on a cold start: our processes are up before the servers that they need, and nobody starts them again.
 * Outages of what was there once are in outages.test.ts.
 */
describe('start order', function () {
  this.timeout(180_000);
  const servers: (KafkaBroker | ElasticsearchNode)[] = [];
  let here: Deployment | undefined;

  afterEach(async function () {
    this.timeout(60_000);
    await here?.[Symbol.asyncDispose]();
    here = undefined;
  });

  after(async function () {
    this.timeout(60_000);
    await Promise.all(servers.map((server) => server.dispose()));
  });

  async function startServices(
    ports: { kafka: number; elasticsearch: number },
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ api: Service; indexer: Service }> {
    here = new Deployment(`127.0.0.1:${ports.kafka}`, `http://127.0.0.1:${ports.elasticsearch}`, env);
    const [api, indexer] = [await here.add('api'), await here.add('indexer')];
    api.launch();
    indexer.launch();
    await Promise.all([api, indexer].map((service) => service.waitForStatus('/health/live', 200)));
    return { api, indexer };
  }

  async function startKafka(context: Mocha.Context, port: number): Promise<KafkaBroker> {
    const kafka = orSkip(context, await acquireKafka({ own: true, port }));
    servers.push(kafka);
    return kafka;
  }

  async function startElasticsearch(context: Mocha.Context, port: number): Promise<ElasticsearchNode> {
    const elasticsearch = orSkip(context, await acquireElasticsearch({ own: true, port }));
    servers.push(elasticsearch);
    return elasticsearch;
  }

  it('services first, then Kafka, then Elasticsearch: each is ready as soon as it can work, and nothing is lost', async function () {
    const ports = { kafka: await freePort(), elasticsearch: await freePort() };
    // Ports that take connections and hang up are harder than closed ones, and what Docker's are while a container starts.
    await using brokerKnocks = await Knocks.at(ports.kafka);
    await using storeKnocks = await Knocks.at(ports.elasticsearch);
    const { api, indexer } = await startServices(ports);
    await delay(ALONE_MS);
    for (const service of [api, indexer]) {
      assert.deepEqual([await service.status('/health/live'), await service.status('/health/ready')], [200, 503]);
      assert.ok(linesOf(service).length <= 20, `${linesOf(service).length} lines:\n${service.output}`);
      assert.match(service.output, /not there yet, waiting for it/);
    }
    assert.equal(await api.status('/health/serving'), 503, 'load balancers wait too');
    for (const [{ count }, least, most] of [
      [brokerKnocks, 4, 150],
      [storeKnocks, 1, 30],
    ] as const) {
      assert.ok(count >= least && count <= most, `${count} connections`);
    }
    await Promise.all([brokerKnocks, storeKnocks].map((one) => one[Symbol.asyncDispose]()));

    await startKafka(this, ports.kafka);
    await api.waitForStatus('/health/ready', 200);
    assert.equal(await api.status('/health/serving'), 200);
    await post(api, 'before the store');
    assert.equal(await indexer.status('/health/ready'), 503, 'the store is not there');
    assert.equal(await api.status('/api/v1/logs'), 503, 'neither can it be searched');

    await startElasticsearch(this, ports.elasticsearch);
    await indexer.waitForStatus('/health/ready', 200);
    await finds(api, 'before the store');
    assert.match(indexer.output, /it is there, going on/);
    await endInOrder(api, indexer);
  });

  it('servers that take connections and say nothing do not keep probes from their answers', async () => {
    const ports = { kafka: await freePort(), elasticsearch: await freePort() };
    await using broker = await Knocks.at(ports.kafka, 'silent');
    await using store = await Knocks.at(ports.elasticsearch, 'silent');
    const began = Date.now();
    const { api, indexer } = await startServices(ports, {
      OWN_LOGS: 'true',
      ELASTICSEARCH_TIMEOUT_MS: '25000',
      KAFKA_SESSION_TIMEOUT_MS: '30000',
    });
    // All of it is the start of Node.js, on a machine that is busy; each of the servers was waited for up to its own time-out.
    assert.ok(Date.now() - began < 15_000, `${Date.now() - began} ms`);
    for (const { url } of [api, indexer]) {
      const ready = await fetch(`${url}/health/ready`);
      assert.equal(ready.status, 503);
      assert.match(await ready.text(), /"state":"down"/);
    }
    assert.ok(broker.count > 0 && store.count > 0, 'both were asked');
    await endInOrder(api, indexer);
  });

  it('Elasticsearch first, then the services, then Kafka', async function () {
    const ports = { kafka: await freePort(), elasticsearch: await freePort() };
    await startElasticsearch(this, ports.elasticsearch);
    const { api, indexer } = await startServices(ports);
    await delay(2000);
    assert.deepEqual([await api.status('/health/ready'), await indexer.status('/health/ready')], [503, 503]);
    await startKafka(this, ports.kafka);
    await Promise.all([api, indexer].map((service) => service.waitForStatus('/health/ready', 200)));
    await post(api, 'store before queue');
    await finds(api, 'store before queue');
    await endInOrder(api, indexer);
  });

  it('both restarted at once, in order and by a power cut, come back in either order', async function () {
    const [kafka, elasticsearch] = await Promise.all([
      startKafka(this, await freePort()),
      startElasticsearch(this, await freePort()),
    ]);
    const ports = { kafka: portOf(`http://${kafka.brokers}`), elasticsearch: portOf(elasticsearch.url) };
    const { api, indexer } = await startServices(ports);
    const servers = [kafka, elasticsearch];
    for (const [how, order] of [
      ['stop', servers],
      ['kill', servers.toReversed()],
    ] as const) {
      await Promise.all([api, indexer].map((service) => service.waitForStatus('/health/ready', 200)));
      await post(api, `before ${how}`);
      await Promise.all(servers.map((server) => server[how]()));
      await Promise.all([api, indexer].map((service) => service.waitForStatus('/health/ready', 503)));
      assert.deepEqual([await api.status('/health/live'), await indexer.status('/health/live')], [200, 200]);
      assert.equal(await api.status('/health/serving'), 200, 'what both wait for is no reason to send elsewhere');
      for (const server of order) await server.start();
      await finds(api, `before ${how}`);
    }
    await endInOrder(api, indexer);
  });

  it('a process that waits ends at once when it is told to', async () => {
    const { api, indexer } = await startServices({ kafka: await freePort(), elasticsearch: await freePort() });
    await delay(1000);
    const began = Date.now();
    await endInOrder(api, indexer);
    assert.ok(Date.now() - began < 5000, `${Date.now() - began} ms`);
  });
});

/** A listener that hangs up, or says nothing, and counts how often it was called. */
class Knocks implements AsyncDisposable {
  readonly #server: Server;
  count = 0;

  readonly #open = new Set<Socket>();

  private constructor(server: Server, manner: 'hangs up' | 'silent') {
    this.#server = server;
    server.on('connection', (socket) => {
      this.count += 1;
      socket.on('error', () => {});
      if (manner === 'hangs up') socket.destroy();
      else this.#open.add(socket.resume().once('close', () => this.#open.delete(socket)));
    });
  }

  static async at(port: number, manner: 'hangs up' | 'silent' = 'hangs up'): Promise<Knocks> {
    const server = createServer();
    const knocks = new Knocks(server, manner);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return knocks;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await once(this.#server, 'close');
  }
}

function linesOf(service: Service): readonly string[] {
  return service.output.trim().split('\n');
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

async function post(api: Service, message: string): Promise<void> {
  const response = await fetch(`${api.url}/api/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message, service: 'start-order' }),
  });
  assert.equal(response.status, 202, await response.text());
}

async function finds(api: Service, message: string): Promise<void> {
  const look = async (): Promise<boolean> => {
    const response = await fetch(`${api.url}/api/v1/logs?service=start-order&limit=100`);
    return (await response.text()).includes(`"${message}"`);
  };
  await waitUntil(look, 60_000, () => `"${message}" to be found`);
}

async function endInOrder(...services: readonly Service[]): Promise<void> {
  const codes = await Promise.all(services.map((service) => service.end('SIGTERM')));
  assert.deepEqual(
    codes,
    services.map(() => 0),
    services.map(({ output }) => output).join('\n'),
  );
}
