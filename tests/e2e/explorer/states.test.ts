import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Page } from 'playwright-core';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { assertAccessible } from './axe.ts';
import { detailsButtons, waitForRows } from './explorer-page.ts';
import { seedRecords } from './explorer-seed.ts';
import { type ExplorerWorld, picture, useWorld } from './explorer-world.ts';

/** Nothing listens there: port 1 is reserved, and no test is root's service. */
const NOWHERE = 'http://127.0.0.1:1';

/** Fails on faults of the page other than those that the state is about. */
async function visitWith(
  world: ExplorerWorld,
  path: string,
  allowed: RegExp,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const watched = await world.open(path);
  try {
    await look(watched.page);
    assert.deepEqual(
      watched.faults.filter((fault) => !allowed.test(fault)),
      [],
    );
  } finally {
    await watched.close();
  }
}

describe('the explorer before the first record', function () {
  this.timeout(60_000);

  const world = useWorld();

  it('shows how to send one, and the line works as it stands', async () => {
    await world().visit('/', async (page) => {
      const line = page.getByText(/curl /).first();
      await line.waitFor();
      await picture(page, 'first-run');
      await assertAccessible(page, 'first run');
      const command = (await line.innerText()).trim();
      assert.ok(command.includes(world().origin), command);
      await page.getByRole('button', { name: /^Copy/ }).first().click();
      const copied = await page.evaluate<string>('navigator.clipboard.readText()');
      assert.equal(copied.trim().replaceAll(/\s+/g, ' '), command.replaceAll(/\s+/g, ' '));
      const { execFile } = await import('node:child_process');
      const { promisify } = await import('node:util');
      const { stdout } = await promisify(execFile)('sh', ['-c', copied]);
      assert.match(stdout, /"accepted": ?1/);
      await detailsButtons(page).first().waitFor({ timeout: 20_000 });
    });
  });
});

describe('the explorer while the store holds own logs alone', function () {
  this.timeout(60_000);

  // Each search is a slow one, which is logged.
  const world = useWorld([], { OWN_LOGS: 'true', SEARCH_SLOW_MS: '0' });

  it('still shows how to send the first record', async () => {
    const ownLogs = async (): Promise<boolean> => {
      const response = await fetch(`${world().origin}/api/v1/logs?query=data_set:paylog`);
      return ((await response.json()) as { readonly logs?: readonly unknown[] }).logs?.length !== 0;
    };
    await world().service.waitForStatus('/health/ready', 200);
    await waitUntil(ownLogs, 20_000, () => 'own logs');
    await world().visit('/', async (page) => {
      await page.getByText(/curl /).first().waitFor();
    });
  });
});

describe('sample payments of the explorer', function () {
  this.timeout(60_000);

  const world = useWorld();

  it('are there by one click, and lead to a story', async () => {
    await world().visit('/', async (page) => {
      await page
        .getByRole('button', { name: /sample/i })
        .first()
        .click();
      await detailsButtons(page).first().waitFor({ timeout: 20_000 });
      await waitForRows(page);
      await picture(page, 'sample-payments');
      await detailsButtons(page).first().click();
      await page.getByRole('link', { name: 'Payment story' }).first().click();
      await page.getByRole('group', { name: /^Timeline of payment/ }).waitFor();
    });
  });
});

describe('the explorer without an answer', function () {
  this.timeout(60_000);

  const world = useWorld(seedRecords(Date.now(), 5));

  it('says when nothing matches, and what to do', async () => {
    await world().visit('/?from=-1h&query=nothingsuch', async (page) => {
      await page.getByRole('heading', { name: 'No records match' }).waitFor();
      await picture(page, 'nothing-found');
      await assertAccessible(page, 'nothing found');
    });
  });

  it('says when a query cannot be read', async () => {
    await visitWith(world(), `/?query=${encodeURIComponent('a AND (b')}`, /\b400\b/, async (page) => {
      await page.getByText('The query cannot be read').first().waitFor();
      await picture(page, 'query-cannot-be-read');
      await assertAccessible(page, 'query fault');
    });
  });

  it('says when a part of the page is unknown', async () => {
    await world().visit('/?view=nosuchview', async (page) => {
      await waitForRows(page);
    });
  });

  it('says when the server is gone, and goes on when it is back', async () => {
    await visitWith(world(), '/?from=-1h', /ERR_CONNECTION_REFUSED|Failed to load resource|ERR_/, async (page) => {
      await waitForRows(page);
      await world().service.end('SIGKILL');
      await page.getByRole('button', { name: 'Search', exact: true }).click();
      await page.getByRole('alert').filter({ hasText: 'The server does not answer' }).first().waitFor();
      await picture(page, 'server-gone');
      await assertAccessible(page, 'server gone');
      await world().service.start();
      await page.getByRole('button', { name: /again/i }).first().click();
      await waitForRows(page);
    });
  });
});

describe('the explorer while the store is down', function () {
  this.timeout(60_000);

  const world = useWorld([], { ELASTICSEARCH_URL: NOWHERE });

  it('says so, offers to try again, and shows the status all the same', async () => {
    await visitWith(world(), '/', /\b50[34]\b/, async (page) => {
      await page.getByRole('alert').filter({ hasText: 'The store does not answer' }).first().waitFor();
      await picture(page, 'store-down');
      await assertAccessible(page, 'store down');
      await page.getByRole('button', { name: /again/i }).first().waitFor();
    });
    await visitWith(world(), '/?view=status', /\b50[34]\b/, async (page) => {
      await page.getByText(/down/i).first().waitFor();
      await picture(page, 'status-store-down');
    });
  });
});
