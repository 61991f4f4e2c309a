import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { freePort } from '../stack/free-port.ts';
import { orSkip } from '../stack/skip.ts';
import { Service } from './service.ts';
import { ServiceProcess } from './service-process.ts';

describe('starts that cannot succeed', function () {
  this.timeout(120_000);
  let folder = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'paylog-start-'));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  it('lists every fault of the configuration at once, shows no secret, and ends with 78', async () => {
    const env = {
      PORT: '80000',
      LOG_LEVEL: 'loud',
      KAFKA_BROKERS: 'kafka',
      KAFKA_BROKER: 'kafka:9092',
      ELASTICSEARCH_URL: 'localhost:9200',
      ELASTICSEARCH_API_KEY: 'hunter2',
      ELASTICSEARCH_PASSWORD: 'hunter2',
      MAX_RECORD_BYTES: '2MiB',
      MAX_BODY_BYTES: '-1',
    };
    await using service = new ServiceProcess('api', env);
    assert.equal(await service.exit, 78);
    for (const name of ['PORT=80000', 'LOG_LEVEL=loud', 'KAFKA_BROKERS=kafka', 'KAFKA_BROKER', 'ELASTICSEARCH_URL']) {
      assert.ok(service.stderr.includes(name), `${name} in:\n${service.stderr}`);
    }
    assert.match(service.stderr, /MAX_BODY_BYTES=-1/);
    assert.match(service.stderr, /docs\/config\.md/);
    assert.doesNotMatch(service.stderr, /hunter2| at .*:\d+:\d+/);
  });

  it('a port in use: names the port, ends with 1', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      const dataDir = path.join(folder, 'port');
      await using service = new ServiceProcess('standalone', { PORT: String(port), DATA_DIR: dataDir });
      assert.equal(await service.exit, 1);
      assert.match(service.stderr, new RegExp(`EADDRINUSE.*${String(port)}`));
      assert.equal(service.stdout, '');
    } finally {
      other.close();
    }
  });

  it('a data directory that cannot be: names it, ends with 1', async () => {
    const file = path.join(folder, 'a-file');
    await writeFile(file, 'not a directory');
    for (const dataDir of [file, path.join(file, 'below'), '/proc/nothing/here']) {
      await using service = new ServiceProcess('standalone', { PORT: '0', DATA_DIR: dataDir });
      assert.equal(await service.exit, 1);
      assert.ok(service.stderr.includes(dataDir), service.stderr);
    }
  });

  it('brokers that are not there: waits alive and not ready, answers 503 with Retry-After, ends with 0', async () => {
    const env = {
      KAFKA_BROKERS: `127.0.0.1:${await freePort()}`,
      ELASTICSEARCH_URL: `http://127.0.0.1:${await freePort()}`,
    };
    await using api = await Service.create('api', env);
    api.launch();
    await api.waitForStatus('/health', 200);
    assert.deepEqual([await api.status('/health/live'), await api.status('/health/ready')], [200, 503]);
    const response = await fetch(`${api.url}/api/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"message":"x","service":"y"}',
    });
    assert.equal(response.status, 503);
    assert.match(response.headers.get('retry-after') ?? '', /^\d+$/);
    assert.equal(((await response.json()) as { code: string }).code, 'queue_unavailable');
    assert.equal(await api.status('/api/v1/logs'), 503);
    assert.equal(await api.end('SIGTERM'), 0);
  });

  it('topics that are missing and must not be made: names them all, ends with 1', async function () {
    const kafka = orSkip(this, await acquireKafka());
    const topic = `missing-${randomBytes(5).toString('hex')}`;
    const env = { PORT: '0', KAFKA_BROKERS: kafka.brokers, KAFKA_TOPIC: topic, KAFKA_CREATE_TOPICS: 'false' };
    for (const kind of ['api', 'indexer'] as const) {
      await using service = new ServiceProcess(kind, env);
      assert.equal(await service.exit, 1);
      for (const name of [topic, `${topic}.direct`, `${topic}.dlq`]) {
        assert.ok((service.stdout + service.stderr).includes(name), service.stdout);
      }
    }
  });

  it('a server that is not Elasticsearch: says so, and never takes its answers for stored records', async function () {
    const kafka = orSkip(this, await acquireKafka());
    const other = createServer((request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json');
      response.end('{"acknowledged":true,"errors":false,"items":[],"hits":{"hits":[]}}');
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const { port } = other.address() as AddressInfo;
      const name = `other-${randomBytes(5).toString('hex')}`;
      const env = {
        KAFKA_BROKERS: kafka.brokers,
        KAFKA_TOPIC: name,
        KAFKA_GROUP: name,
        ELASTICSEARCH_URL: `http://127.0.0.1:${String(port)}`,
      };
      await using api = await Service.create('api', env);
      await using indexer = await Service.create('indexer', env);
      api.launch();
      indexer.launch();
      await api.waitForStatus('/health/ready', 200);
      const response = await fetch(`${api.url}/api/v1/logs`);
      assert.equal(response.status, 503, await response.text());
      const how = await Promise.race([indexer.exit, new Promise((resolve) => setTimeout(resolve, 8000, 'waits'))]);
      // Either is right: it refuses to start, or it waits for the real one.
      assert.ok(how === 1 || how === 'waits');
      assert.match(indexer.output, /not Elasticsearch|Elasticsearch/);
      if (how === 'waits') {
        assert.notEqual(await indexer.status('/health/ready'), 200);
        assert.equal(await indexer.end('SIGTERM'), 0);
      }
      assert.equal(await api.end('SIGTERM'), 0);
    } finally {
      other.closeAllConnections();
      other.close();
    }
  });
});
