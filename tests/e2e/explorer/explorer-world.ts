import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before } from 'mocha';
import type { Browser, Page } from 'playwright-core';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { launchChromium } from '../../stack/chromium.ts';
import { orSkip } from '../../stack/skip.ts';
import { Service } from '../service.ts';
import { watchPage, type PageOptions, type WatchedPage } from './watched-page.ts';

/** Where pictures of what was tested are left. */
const ARTIFACTS = path.join(import.meta.dirname, '..', '..', '..', '.artifacts', 'explorer');

/** Bytes of records in one request; the door takes 10 MiB. */
const MAX_BODY_CHARACTERS = 4_000_000;
const MAX_RECORDS = 10_000;

/** The product as one process with the embedded queue and store, and a browser that looks at its page. */
export class ExplorerWorld implements AsyncDisposable {
  readonly service: Service;
  readonly #browser: Browser;
  readonly #dataDir: string;
  /** Records that were sent here. */
  #sent = 0;

  private constructor(browser: Browser, service: Service, dataDir: string) {
    this.#browser = browser;
    this.service = service;
    this.#dataDir = dataDir;
  }

  /** Takes over the browser: it is closed with the world. */
  static async start(
    browser: Browser,
    records: readonly object[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<ExplorerWorld> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'paylog-explorer-'));
    await mkdir(ARTIFACTS, { recursive: true });
    const service = await Service.create('standalone', { DATA_DIR: dataDir, ...env });
    const world = new ExplorerWorld(browser, service, dataDir);
    try {
      service.launch();
      // Live, not ready: some tests look at a store that is not there.
      await service.waitForStatus('/health/live', 200);
      if (records.length > 0) await world.send(records);
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
    return world;
  }

  get origin(): string {
    return this.service.url;
  }

  /** Sends records through the door and waits until all can be found. */
  async send(records: readonly object[]): Promise<void> {
    await this.service.waitForStatus('/health/ready', 200);
    for (const body of bodiesOf(records)) {
      const headers = { 'content-type': 'application/x-ndjson' };
      const response = await fetch(`${this.origin}/api/v1/logs`, { method: 'POST', headers, body });
      const text = await response.text();
      assert.equal(response.status, 202, text);
    }
    this.#sent += records.length;
    await this.#settled();
  }

  async #settled(): Promise<void> {
    let settled = 0;
    const done = async (): Promise<boolean> => {
      settled = await this.service.metric('paylog_records_settled_total');
      return settled >= this.#sent;
    };
    await waitUntil(done, 60_000, () => `${String(this.#sent)} records settled, have ${String(settled)}`);
  }

  /** A page of a fresh profile, at this path of the explorer. */
  async open(pathAndQuery: string, options: PageOptions = {}): Promise<WatchedPage> {
    const watched = await watchPage(this.#browser, this.origin, options);
    await watched.page.goto(this.origin + pathAndQuery);
    return watched;
  }

  /** Opens a page, lets `look` at it, and fails when anything went wrong in it (see {@link WatchedPage.faults}). */
  async visit(pathAndQuery: string, look: (page: Page) => Promise<void>, options: PageOptions = {}): Promise<void> {
    const watched = await this.open(pathAndQuery, options);
    try {
      await look(watched.page);
      assert.deepEqual(watched.faults, []);
    } catch (error) {
      await watched.page.screenshot({ path: path.join(ARTIFACTS, 'failed.png') }).catch(() => undefined);
      if (watched.faults.length > 0 && error instanceof Error) {
        error.message += `\nand in the page:\n  ${watched.faults.join('\n  ')}`;
      }
      throw error;
    } finally {
      await watched.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.service[Symbol.asyncDispose]();
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}

/** A world for the suite that this is called in, from its `before` to its `after`; the suite is skipped where there is no Chromium. */
export function useWorld(
  records: readonly object[] = [],
  env: Readonly<Record<string, string>> = {},
): () => ExplorerWorld {
  let world: ExplorerWorld | undefined;
  before(async function () {
    world = await ExplorerWorld.start(orSkip(this, await launchChromium()), records, env);
  });
  after(() => world?.[Symbol.asyncDispose]());
  return () => {
    assert.ok(world);
    return world;
  };
}

/** Leaves a picture of the page for people. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(ARTIFACTS, `${name}.png`) });
}

function* bodiesOf(records: readonly object[]): Generator<string> {
  let lines: string[] = [];
  let size = 0;
  for (const record of records) {
    const line = JSON.stringify(record);
    if (lines.length === MAX_RECORDS || size + line.length > MAX_BODY_CHARACTERS) {
      yield lines.join('\n');
      lines = [];
      size = 0;
    }
    lines.push(line);
    size += line.length;
  }
  if (lines.length > 0) yield lines.join('\n');
}
