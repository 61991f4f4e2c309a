import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Locator, Page } from 'playwright-core';
import {
  detailsButtons,
  openRecord,
  parameter,
  queryBar,
  recordsTable,
  waitForCount,
  waitForRows,
} from './explorer-page.ts';
import {
  LONG_ID,
  seedRecords,
  STACK_ID,
  STORY_PAYMENT,
  STORY_TRACE,
  UNICODE_ID,
  UNICODE_MESSAGE,
} from './explorer-seed.ts';
import { picture, useWorld } from './explorer-world.ts';

describe('one record in the explorer', function () {
  this.timeout(60_000);
  const records = seedRecords(Date.now(), 60);
  const STORY = `/?from=-1h&query=${encodeURIComponent(`payment.id:${STORY_PAYMENT}`)}`;
  const DECLINED = `${STORY_PAYMENT}-6`;

  const world = useWorld(records, { JAEGER_UI_URL: 'http://127.0.0.1:16686' });

  /** Opens the record whose row says this. */
  async function open(page: Page, message: RegExp, id: string): Promise<Locator> {
    await waitForRows(page);
    const button = detailsButtons(page)
      .and(page.getByRole('button', { name: message }))
      .first();
    await button.click();
    assert.equal(await button.getAttribute('aria-expanded'), 'true');
    const record = openRecord(page, id);
    await record.waitFor();
    return record;
  }

  it('opens to all of its fields, and closes', async () => {
    await world().visit(STORY, async (page) => {
      const record = await open(page, /card declined/, DECLINED);
      for (const text of ['payment.merchant_id', 'mrc_aurora_books', 'insufficient_funds', '571.3']) {
        await record.getByText(text, { exact: true }).first().waitFor();
      }
      assert.equal(parameter(page, 'record'), DECLINED);
      await picture(page, 'record');
      await page.keyboard.press('Escape');
      await record.waitFor({ state: 'hidden' });
      assert.equal(parameter(page, 'record'), null);
    });
  });

  it('copies values and shows the JSON as it was sent', async () => {
    await world().visit(STORY, async (page) => {
      const record = await open(page, /card declined/, DECLINED);
      await record.getByRole('button', { name: 'Copy payment.id' }).click();
      assert.equal(await page.evaluate('navigator.clipboard.readText()'), STORY_PAYMENT);
      await record.getByRole('tab', { name: 'JSON' }).click();
      const panel = record.getByRole('tabpanel');
      await panel.getByText('"amount_minor"').first().waitFor();
      assert.match(await panel.innerText(), /"amount_minor": ?12990/);
      await picture(page, 'record-json');
      await record.getByRole('tab', { name: 'Fields' }).click();
      await record.getByText('payment.merchant_id', { exact: true }).first().waitFor();
    });
  });

  it('filters in, filters out and asks for a field', async () => {
    await world().visit(STORY, async (page) => {
      const record = await open(page, /card declined/, DECLINED);
      await record.getByRole('button', { name: 'Filter in level' }).click();
      await waitForCount(page, 2);
      assert.match(await queryBar(page).inputValue(), /level:"?warn"?/);
    });
    await world().visit(STORY, async (page) => {
      const record = await open(page, /card declined/, DECLINED);
      await record.getByRole('button', { name: 'Filter out service' }).click();
      const others = records.filter(
        ({ id, service }) => id.startsWith(`${STORY_PAYMENT}-`) && service !== 'authorizer',
      );
      await waitForCount(page, others.length);
    });
    await world().visit(STORY, async (page) => {
      const record = await open(page, /card declined/, DECLINED);
      await record.getByRole('button', { name: 'Field exists: attributes.reason' }).click();
      await waitForCount(page, 1);
    });
  });

  it('shows a field as a column', async () => {
    await world().visit(STORY, async (page) => {
      const record = await open(page, /card declined/, DECLINED);
      await record.getByRole('button', { name: 'Show payment.currency as column' }).click();
      await recordsTable(page)
        .getByRole('columnheader', { name: /payment\.currency/ })
        .waitFor();
      await record.getByRole('button', { name: 'Hide column payment.currency' }).click();
      await recordsTable(page)
        .getByRole('columnheader', { name: /payment\.currency/ })
        .waitFor({ state: 'hidden' });
    });
  });

  it('folds stack traces', async () => {
    await world().visit(`/?from=-1h&query=${encodeURIComponent(`id:${STACK_ID}`)}`, async (page) => {
      const record = await open(page, /out of connections/, STACK_ID);
      await record.getByText('CardNetworkError').first().waitFor();
      assert.equal(await record.getByText('process.processTicksAndRejections').isVisible(), false);
      await record.getByRole('button', { name: 'Show the whole stack trace' }).click();
      await record.getByText('process.processTicksAndRejections').first().waitFor();
      await picture(page, 'stack-trace');
      await record.getByRole('button', { name: 'Fold the stack trace' }).click();
      await record.getByText('process.processTicksAndRejections').first().waitFor({ state: 'hidden' });
    });
  });

  it('leads to its payment, its trace, its context, itself and Jaeger', async () => {
    await world().visit(STORY, async (page) => {
      const record = await open(page, /card declined/, DECLINED);
      const target = async (name: string): Promise<URL> => {
        const href = await record.getByRole('link', { name, exact: true }).getAttribute('href');
        return new URL(href ?? '', page.url());
      };
      assert.equal((await target('Payment story')).searchParams.get('view'), `payment:${STORY_PAYMENT}`);
      assert.equal((await target('Trace')).searchParams.get('view'), `trace:${STORY_TRACE}`);
      assert.equal((await target('Context')).searchParams.get('view'), `context:${DECLINED}`);
      assert.equal((await target('Link to this record')).searchParams.get('record'), DECLINED);
      assert.equal((await target('Open in Jaeger')).href, `http://127.0.0.1:16686/trace/${STORY_TRACE}`);
      const jaeger = record.getByRole('link', { name: 'Open in Jaeger' });
      assert.match((await jaeger.getAttribute('rel')) ?? '', /noopener|noreferrer/);
    });
  });

  it('is found again by its link alone', async () => {
    let link = '';
    await world().visit(STORY, async (page) => {
      const record = await open(page, /card declined/, DECLINED);
      link = new URL(
        (await record.getByRole('link', { name: 'Link to this record' }).getAttribute('href'))!,
        page.url(),
      ).href;
    });
    await world().visit(link.slice(world().origin.length), async (page) => {
      await openRecord(page, DECLINED).getByText('mrc_aurora_books', { exact: true }).first().waitFor();
    });
  });

  it('holds very long lines and any script', async () => {
    await world().visit(`/?from=-1h&query=${encodeURIComponent('service:settlement')}`, async (page) => {
      await open(page, /settled batch/, LONG_ID);
      await picture(page, 'long-line');
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
    });
    await world().visit(`/?from=-1h&query=${encodeURIComponent(`id:${UNICODE_ID}`)}`, async (page) => {
      const record = await open(page, /Zahlung/, UNICODE_ID);
      await record.getByText(UNICODE_MESSAGE).first().waitFor();
      await record.getByText('café-службы').first().waitFor();
    });
  });
});
