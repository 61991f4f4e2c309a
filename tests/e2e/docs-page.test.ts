import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { Browser, Page } from 'playwright-core';
import { type Api, createApi } from '@paylog/api/api';
import { apiOptionsFrom } from '@paylog/api/api-options-from';
import { openApiDocument } from '@paylog/api/docs/openapi';
import { loadConfig } from '@paylog/shared/config/load-config';
import { createEmbeddedQueue } from '@paylog/shared/embedded/embedded-queue';
import { createEmbeddedStore } from '@paylog/shared/embedded/embedded-store';
import { PROBLEMS } from '@paylog/shared/errors/problem-codes';
import { createMetrics } from '@paylog/shared/telemetry/metrics';
import { launchChromium } from '../stack/chromium.ts';
import { orSkip } from '../stack/skip.ts';
import { silentLogger } from './indexer-world.ts';

/** The API on an embedded queue and store of its own, at any free port. */
async function startApi(): Promise<{ readonly api: Api; readonly stop: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'paylog-docs-'));
  const loaded = loadConfig('standalone', { PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir });
  if (!loaded.ok) assert.fail(loaded.faults.join());
  const queue = createEmbeddedQueue({ dataDir }, silentLogger);
  const store = createEmbeddedStore({ dataDir }, silentLogger);
  await Promise.all([queue.start(), store.start()]);
  const api = createApi({
    publisher: queue.publisher(),
    searcher: store.searcher(),
    inspector: queue.topicInspector(),
    metrics: createMetrics(),
    logger: silentLogger,
    clock: Date,
    options: apiOptionsFrom(loaded.config),
  });
  await api.start();
  const stop = async (): Promise<void> => {
    await api.stop();
    await Promise.all([queue.stop(), store.stop()]);
    await rm(dataDir, { recursive: true });
  };
  return { api, stop };
}

describe('the documentation in a browser', function () {
  this.timeout(60_000);
  let browser: Browser | undefined;
  let stop: (() => Promise<void>) | undefined;
  let origin: string;

  before(async function () {
    browser = orSkip(this, await launchChromium());
    const started = await startApi();
    stop = started.stop;
    origin = `http://127.0.0.1:${started.api.port}`;
  });

  after(async () => {
    await browser?.close();
    await stop?.();
  });

  /** Opens a page, lets `look` at it, and fails on console errors, failed requests and requests to other origins. */
  async function visit(path: string, look: (page: Page) => Promise<void>): Promise<void> {
    assert.ok(browser);
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) faults.push(`request to ${url}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
    });
    try {
      await page.goto(origin + path);
      await look(page);
      await page.waitForLoadState('networkidle');
      assert.deepEqual(faults, []);
    } finally {
      await page.close();
    }
  }

  it('shows every operation, without help from anywhere else', async () => {
    const operations = Object.values<object>(openApiDocument('0').paths).flatMap((item) => Object.keys(item));
    await visit('/docs', async (page) => {
      await page.waitForSelector('.opblock');
      assert.equal(await page.locator('.opblock').count(), operations.length);
      await page.locator('#operations-Ingest-ingestLogs button.opblock-summary-control').click();
      await page.waitForSelector('#operations-Ingest-ingestLogs .opblock-body');
      assert.match(await page.locator('#operations-Ingest-ingestLogs').innerText(), /Idempotency-Key/);
    });
  });

  it('runs a request from the page', async () => {
    await visit('/docs', async (page) => {
      const block = page.locator('#operations-Operations-getHealth');
      await block.locator('button.opblock-summary-control').click();
      await block.getByRole('button', { name: 'Try it out' }).click();
      await block.getByRole('button', { name: 'Execute' }).click();
      await block.locator('.live-responses-table .response-col_status').first().waitFor();
      assert.match(await block.locator('.live-responses-table').innerText(), /"status": "up"/);
    });
  });

  it('leads from a problem type to its explanation', async () => {
    await visit('/docs/errors#overloaded', async (page) => {
      assert.match(await page.locator('tr:target').innerText(), new RegExp(PROBLEMS.overloaded.title));
      assert.equal(await page.locator('tbody').first().locator('tr').count(), Object.keys(PROBLEMS).length);
    });
  });
});
