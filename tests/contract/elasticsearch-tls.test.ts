import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer, type Server } from 'node:tls';
import { after, before, describe, it } from 'mocha';
import { elasticsearchConnectionFrom } from '@paylog/shared/composition/elasticsearch-options-from';
import { showServerExpiry } from '@paylog/shared/composition/certificate-expiry';
import { createElasticsearchSearcher } from '@paylog/shared/elasticsearch/elasticsearch-searcher';
import { createMetrics } from '@paylog/shared/telemetry/metrics';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { makeCertificate } from '../deploy/certificates.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { orSkip } from '../stack/skip.ts';
import { systemTool } from '../stack/tools.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

describe('Elasticsearch behind TLS', function () {
  this.timeout(60_000);
  let directory = '';
  let caFile = '';
  let front: Server | undefined;

  before(async function () {
    this.timeout(300_000);
    orSkip(this, await systemTool('openssl', ['version'], 'apt-get install openssl'));
    const { url } = orSkip(this, await acquireElasticsearch());
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-tls-'));
    caFile = await makeCertificate(directory, 2);
    const [key, cert] = await Promise.all([readFile(caFile.replace(/pem$/, 'key')), readFile(caFile)]);
    const { hostname, port } = new URL(url);
    front = createServer({ key, cert }, (socket) => {
      const node = connect(Number(port), hostname);
      for (const [one, other] of [
        [socket, node],
        [node, socket],
      ] as const) {
        one.on('error', () => other.destroy()).pipe(other);
      }
    });
    await new Promise<void>((resolve) => front?.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    front?.close();
    if (directory !== '') await rm(directory, { recursive: true });
  });

  it('shows when the certificate of the server expires', async () => {
    const metrics = createMetrics();
    const check = showServerExpiry(metrics, 'elasticsearch_server');
    const url = `https://127.0.0.1:${String((front?.address() as AddressInfo).port)}`;
    const connection = { kind: 'elasticsearch', url, caFile, timeoutMs: 10_000 } as const;
    const searcher = createElasticsearchSearcher(elasticsearchConnectionFrom(connection, check), silent);
    await searcher.start();
    await waitUntil(
      () => searcher.state().state === 'up',
      20_000,
      () => JSON.stringify(searcher.state()),
    );
    await searcher.stop();
    const seconds = Date.parse(new X509Certificate(await readFile(caFile)).validTo) / 1000;
    assert.ok((await metrics.render()).includes(`{role="elasticsearch_server"} ${String(seconds)}\n`));
  });
});
