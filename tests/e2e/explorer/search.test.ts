import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Page } from 'playwright-core';
import {
  detailsButtons,
  facets,
  histogram,
  parameter,
  queryBar,
  recordsTable,
  search,
  waitForCount,
  waitForRows,
} from './explorer-page.ts';
import { seedRecords, type SeedRecord } from './explorer-seed.ts';
import { picture, useWorld } from './explorer-world.ts';

describe('searching in the explorer', function () {
  this.timeout(60_000);
  const records = seedRecords(Date.now(), 90);
  const count = (holds: (record: SeedRecord) => boolean): number => records.filter(holds).length;
  const errors = count(({ level }) => level === 'error');
  const HOUR = '/?from=-1h';

  const world = useWorld(records);

  it('lists what there is, newest first, and says how much', async () => {
    await world().visit(HOUR, async (page) => {
      await waitForCount(page, records.length);
      await waitForRows(page);
      const names = await recordsTable(page).getByRole('row').allInnerTexts();
      assert.ok(names.length > 10, `${names.length} rows`);
      assert.match(names[1] ?? '', new RegExp(records.at(-1)!.message.slice(0, 15)));
      assert.equal((await recordsTable(page).getByRole('columnheader').count()) >= 4, true);
      await picture(page, 'list');
    });
  });

  it('finds what the query asks for, by Enter and by the button', async () => {
    await world().visit(HOUR, async (page) => {
      await waitForCount(page, records.length);
      await search(page, 'level:error');
      await waitForCount(page, errors);
      assert.equal(parameter(page, 'query'), 'level:error');
      await queryBar(page).fill('service:checkout "payment created"');
      await page.getByRole('button', { name: 'Search', exact: true }).click();
      await waitForCount(
        page,
        count(({ service }) => service === 'checkout'),
      );
      await page.goBack();
      await waitForCount(page, errors);
      assert.equal(await queryBar(page).inputValue(), 'level:error');
    });
  });

  it('completes fields and values', async () => {
    await world().visit(HOUR, async (page) => {
      await waitForRows(page);
      await queryBar(page).click();
      await page.keyboard.type('payment.sta');
      const options = page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
      await options.filter({ hasText: 'payment.status' }).first().waitFor();
      await picture(page, 'completion');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      assert.match(await queryBar(page).inputValue(), /^payment\.status:/);
      await page.keyboard.type('decl');
      await options.filter({ hasText: 'declined' }).first().waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      assert.match(await queryBar(page).inputValue(), /^payment\.status:"?declined"? ?$/);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Enter');
      await waitForCount(
        page,
        count(({ payment }) => (payment as { status?: string } | undefined)?.status === 'declined'),
      );
    });
  });

  it('says where a query is wrong and what would be right', async () => {
    await world().visit(HOUR, async (page) => {
      await waitForRows(page);
      await queryBar(page).fill('duration_ms:>abc');
      await page.keyboard.press('Enter');
      const alert = page.getByRole('alert').filter({ hasText: /expected a number/ });
      await alert.first().waitFor();
      await picture(page, 'query-fault');
      assert.equal(await queryBar(page).getAttribute('aria-invalid'), 'true');
      await search(page, 'duration_ms:>1000');
      await waitForCount(
        page,
        count(({ duration_ms: ms }) => typeof ms === 'number' && ms > 1000),
      );
      assert.equal(await alert.count(), 0);
    });
  });

  it('helps with the syntax', async () => {
    await world().visit(HOUR, async (page) => {
      await page.getByRole('button', { name: 'Query syntax' }).click();
      const dialog = page.getByRole('dialog', { name: 'Query syntax' });
      await dialog.getByText('duration_ms:>').first().waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
    });
  });

  it('takes relative and absolute times', async () => {
    await world().visit(HOUR, async (page) => {
      await waitForCount(page, records.length);
      const button = page.getByRole('button', { name: /^Time range:/ });
      const dialog = page.getByRole('dialog', { name: 'Time range' });
      await button.click();
      await dialog.getByRole('button', { name: 'Last 15 minutes' }).click();
      await dialog.waitFor({ state: 'hidden' });
      assert.match((await button.getAttribute('aria-label')) ?? (await button.innerText()), /Last 15 minutes/);
      await page.waitForURL(({ search }) => !search.includes('from=-1h'));
      // The two minutes around the payment of the story.
      const middle = Date.parse(records.find(({ id }) => id === 'pay_9f3c27d1a4e8-0')!.timestamp);
      const from = new Date(middle - 60_000).toISOString();
      const to = new Date(middle + 60_000).toISOString();
      await button.click();
      await picture(page, 'time-range');
      await dialog.getByRole('textbox', { name: 'From' }).fill(from);
      await dialog.getByRole('textbox', { name: 'To' }).fill(to);
      await dialog.getByRole('button', { name: 'Apply' }).click();
      await waitForCount(
        page,
        count(({ timestamp }) => timestamp >= from && timestamp < to),
      );
      assert.equal(Date.parse(parameter(page, 'from') ?? ''), Date.parse(from));
      const before = parameter(page, 'from');
      await page.getByRole('button', { name: 'Zoom out' }).click();
      await page.waitForURL(({ searchParams }) => searchParams.get('from') !== before);
    });
  });

  it('draws records over time by level, and takes the range that is dragged on it', async () => {
    await world().visit(HOUR, async (page) => {
      await waitForCount(page, records.length);
      const region = histogram(page);
      await region.getByRole('list', { name: 'Levels' }).getByText(/error/).waitFor();
      const canvas = region.locator('.u-over, canvas').first();
      const box = (await canvas.boundingBox())!;
      await picture(page, 'histogram');
      await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 5 });
      await page.mouse.up();
      await page.waitForURL(({ searchParams }) => searchParams.has('to'));
      const [from, to] = [Date.parse(parameter(page, 'from') ?? ''), Date.parse(parameter(page, 'to') ?? '')];
      const minutes = (to - from) / 60_000;
      assert.ok(minutes > 6 && minutes < 20, `${minutes} of 60 minutes`);
      const inRange = count(({ timestamp }) => Date.parse(timestamp) >= from && Date.parse(timestamp) < to);
      await waitForCount(page, inRange);
    });
  });

  it('tells the histogram as a table', async () => {
    await world().visit(HOUR, async (page) => {
      await waitForCount(page, records.length);
      await histogram(page).getByRole('button', { name: 'Show as table' }).click();
      const table = page.getByRole('table', { name: 'Records over time' });
      await table.getByRole('row').nth(1).waitFor();
      const numbers = (await table.getByRole('row').allInnerTexts()).slice(1);
      assert.ok(numbers.length >= 5);
      await histogram(page).getByRole('button', { name: 'Show as chart' }).click();
      await table.waitFor({ state: 'hidden' });
    });
  });

  it('counts values, filters by them and without them', async () => {
    const authorizer = count(({ service }) => service === 'authorizer');
    await world().visit(HOUR, async (page) => {
      const only = facets(page).getByRole('button', { name: `Only service authorizer, ${authorizer} records` });
      await only.waitFor();
      await picture(page, 'facets');
      await only.click();
      await waitForCount(page, authorizer);
      assert.match(parameter(page, 'query') ?? '', /service:"?authorizer"?/);
      await search(page, '');
      await waitForCount(page, records.length);
      await facets(page).getByRole('button', { name: 'Without service authorizer' }).click();
      await waitForCount(page, records.length - authorizer);
    });
  });

  it('counts any field that is asked for', async () => {
    await world().visit(HOUR, async (page) => {
      await waitForRows(page);
      await facets(page).getByRole('button', { name: 'Add facet' }).click();
      await page
        .getByRole('textbox', { name: 'Field to count' })
        .or(page.getByRole('combobox', { name: 'Field to count' }))
        .fill('attributes.reason');
      await page.keyboard.press('Enter');
      await facets(page)
        .getByRole('button', { name: /^Only (attributes\.)?reason insufficient_funds, / })
        .waitFor();
      await facets(page)
        .getByRole('button', { name: /^Remove facet (attributes\.)?reason/ })
        .click();
      await facets(page)
        .getByRole('button', { name: /insufficient_funds/ })
        .waitFor({ state: 'hidden' });
    });
  });

  it('turns the order around', async () => {
    await world().visit(HOUR, async (page) => {
      await waitForRows(page);
      await page.getByRole('button', { name: 'Newest first' }).click();
      await page.getByRole('button', { name: 'Oldest first' }).waitFor();
      await detailsButtons(page).filter({ hasText: '' }).first().waitFor();
      await page.waitForURL(({ search }) => search.includes('order=asc'));
      await waitForRows(page);
      await expectFirst(page, records[0]!.message);
    });
  });

  async function expectFirst(page: Page, message: string): Promise<void> {
    await detailsButtons(page)
      .first()
      .and(page.getByRole('button', { name: new RegExp(message.slice(0, 12)) }))
      .waitFor();
  }

  it('shows other columns, and wraps lines', async () => {
    await world().visit(HOUR, async (page) => {
      await waitForRows(page);
      await page.getByRole('button', { name: 'Columns', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Columns' });
      await dialog.getByRole('checkbox', { name: 'payment.id' }).check();
      await page.keyboard.press('Escape');
      await recordsTable(page)
        .getByRole('columnheader', { name: /payment\.id/ })
        .waitFor();
      assert.match(parameter(page, 'columns') ?? '', /payment\.id/);
      const wrap = page.getByRole('button', { name: 'Wrap', exact: true });
      assert.equal(await wrap.getAttribute('aria-pressed'), 'false');
      await wrap.click();
      assert.equal(await wrap.getAttribute('aria-pressed'), 'true');
      assert.equal(parameter(page, 'wrap'), '1');
      await picture(page, 'columns-and-wrap');
    });
  });

  it('runs again by itself when asked to', async () => {
    await world().visit(HOUR, async (page) => {
      await waitForRows(page);
      await page.getByRole('combobox', { name: 'Auto-refresh' }).selectOption('Every 5 s');
      assert.equal(parameter(page, 'refresh'), '5');
      await page.waitForRequest((request) => request.url().includes('/api/v1/logs?'), { timeout: 9000 });
    });
  });
});
