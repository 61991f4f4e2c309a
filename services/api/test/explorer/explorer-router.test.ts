import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express from 'express';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { createExplorerRouter } from '../../src/explorer/explorer-router.ts';
import { createErrorHandler } from '../../src/http/error-handler.ts';
import { KeptLog, startAppServer } from '../support/app-server.ts';
import { ModelSearcher } from '../support/model-searcher.ts';

const ASSET = '/assets/index-C0ffee00.js';

/** The bytes as sent: fetch would take the encoding off. */
function raw(
  url: string,
  encodings: string,
): Promise<{ readonly encoding: string | undefined; readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { 'accept-encoding': encodings } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the explorer router', () => {
  it('serves the page at / under a policy that lets in nothing but its own files', async () => {
    await using server = await startAppServer({ searcher: new ModelSearcher() });
    const response = await server.get('/');
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.equal(response.headers.get('cache-control'), 'no-cache');
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.match(await response.text(), /<title>Pay Log Aggregator/);
  });

  it('serves assets for ever and answers 304 to who has them', async () => {
    await using server = await startAppServer({ searcher: new ModelSearcher() });
    const first = await server.get(ASSET);
    assert.equal(first.headers.get('content-type'), 'text/javascript; charset=utf-8');
    assert.equal(first.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    const etag = first.headers.get('etag') ?? '';
    await first.arrayBuffer();
    const again = await server.get(ASSET, { headers: { 'if-none-match': etag } });
    assert.equal(again.status, 304);
  });

  it('sends what the client can read: brotli, else gzip, else as it is', async () => {
    await using server = await startAppServer({ searcher: new ModelSearcher() });
    const plain = await raw(server.url + ASSET, 'identity');
    const brotli = await raw(server.url + ASSET, 'gzip, deflate, br');
    const gzip = await raw(server.url + ASSET, 'gzip');
    assert.deepEqual([plain.encoding, brotli.encoding, gzip.encoding], [undefined, 'br', 'gzip']);
    assert.equal(brotliDecompressSync(brotli.body).toString(), plain.body.toString());
    assert.equal(gunzipSync(gzip.body).toString(), plain.body.toString());
  });

  it('has no other files, whatever the path says', async () => {
    await using server = await startAppServer({ searcher: new ModelSearcher() });
    for (const asset of ['index.html', '..%2Findex.html', '..%2F..%2Fpackage.json', 'index-C0ffee00.js.br', '%00']) {
      assert.equal((await server.get(`/assets/${asset}`)).status, 404, asset);
    }
  });

  it('tells the settings', async () => {
    await using server = await startAppServer({ searcher: new ModelSearcher() });
    const settings = (await (await server.get('/api/v1/settings')).json()) as Record<string, unknown>;
    assert.equal(settings['jaeger_ui_url'], 'https://jaeger.example');
    assert.match(String(settings['version']), /^\d+\.\d+\.\d+/);
  });

  it('says that it was not built, and serves it as soon as it is', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'paylog-explorer-'));
    const app = express();
    app.use(createExplorerRouter({ folder: path.join(folder, 'dist') }));
    app.use(createErrorHandler(new KeptLog()));
    const server = app.listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      const missing = await fetch(`http://127.0.0.1:${port}/`);
      assert.equal(missing.status, 404);
      assert.match(await missing.text(), /npm run build/);
      await mkdir(path.join(folder, 'dist'));
      await writeFile(path.join(folder, 'dist/index.html'), '<!doctype html>');
      const built = await fetch(`http://127.0.0.1:${port}/`);
      assert.equal(built.status, 200);
      await built.text();
    } finally {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true });
    }
  });
});
