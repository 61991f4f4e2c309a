import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'mocha';
import { parameter, waitForCount, waitForRows } from './explorer-page.ts';
import { GOOD_PAYMENT, seedRecords, STORY_PAYMENT, STORY_TRACE } from './explorer-seed.ts';
import { picture, useWorld } from './explorer-world.ts';

describe('views of the explorer', function () {
  this.timeout(60_000);
  const records = seedRecords(Date.now(), 60);
  const story = records.filter(({ id }) => id.startsWith(`${STORY_PAYMENT}-`));

  const world = useWorld(records);

  it('tells the story of a payment that was declined', async () => {
    await world().visit(`/?view=payment:${STORY_PAYMENT}`, async (page) => {
      const article = page.getByRole('article', { name: `Story of payment ${STORY_PAYMENT}` });
      await article
        .getByText(/^EUR.129\.90$/)
        .first()
        .waitFor();
      await article
        .getByText(/declined/i)
        .first()
        .waitFor();
      const timeline = article.getByRole('group', { name: /^Timeline of payment/ });
      assert.equal(await timeline.getByRole('button').count(), story.length);
      const steps = article.getByRole('region', { name: 'Steps' });
      assert.equal(await steps.getByRole('listitem').count(), story.length);
      await steps.getByText(/40(\.\d+)? s without records/).waitFor();
      await picture(page, 'payment-story');
      // A mark leads to its step.
      await timeline.getByRole('button', { name: /card declined/ }).click();
      await steps.getByText('"insufficient_funds"').first().waitFor();
      await steps.getByRole('link', { name: 'Records before and after' }).first().waitFor();
      await article.getByRole('link', { name: 'Trace', exact: true }).click();
      assert.equal(parameter(page, 'view'), `trace:${STORY_TRACE}`);
    });
  });

  it('tells the story of a payment that succeeded, and of one that nobody knows', async () => {
    await world().visit(`/?view=payment:${GOOD_PAYMENT}`, async (page) => {
      await page
        .getByText(/succeeded|captured/i)
        .first()
        .waitFor();
      await picture(page, 'payment-story-succeeded');
    });
    const watched = await world().open('/?view=payment:pay_nobody');
    try {
      await watched.page.getByText('No record names the payment pay_nobody').waitFor();
      assert.deepEqual(
        watched.faults.filter((fault) => !fault.includes('404')),
        [],
      );
    } finally {
      await watched.close();
    }
  });

  it('walks through a story by keyboard alone', async () => {
    await world().visit(`/?view=payment:${STORY_PAYMENT}`, async (page) => {
      const marks = page.getByRole('group', { name: /^Timeline of payment/ }).getByRole('button');
      await marks.first().focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      const open = page.getByRole('region', { name: 'Steps' }).getByRole('button', { expanded: true });
      await open.first().waitFor();
      assert.match((await open.first().textContent()) ?? '', /risk score computed/);
    });
  });

  it('shows a trace over its services', async () => {
    await world().visit(`/?view=trace:${STORY_TRACE}`, async (page) => {
      for (const service of new Set(story.map(({ service: name }) => name))) {
        await page.getByText(service, { exact: true }).first().waitFor();
      }
      await page.getByText('card declined: insufficient_funds').first().waitFor();
      await picture(page, 'trace');
    });
  });

  it('shows what stands before and after a record, in its service and in its trace', async () => {
    await world().visit(`/?view=context:${STORY_PAYMENT}-6`, async (page) => {
      await page.getByText('card declined: insufficient_funds').first().waitFor();
      await page.getByText('authorization requested again').first().waitFor();
      await picture(page, 'context');
      await page
        .getByRole('radio', { name: /trace/i })
        .or(page.getByRole('button', { name: /same trace|trace/i }))
        .first()
        .click();
      await page.getByText('webhook payment.declined delivered').first().waitFor();
    });
  });

  it('shows how the pipeline does', async () => {
    await world().visit('/', async (page) => {
      await waitForRows(page);
      await page
        .getByRole('button', { name: 'Status', exact: true })
        .or(page.getByRole('link', { name: 'Status' }))
        .first()
        .click();
      await page
        .getByText(/dead letters/i)
        .first()
        .waitFor();
      await page.getByText('Indexing is behind by').waitFor();
      await page.getByText('authorizer').first().waitFor();
      assert.equal(parameter(page, 'view'), 'status');
      await picture(page, 'status');
    });
  });

  it('follows new records, pauses, and goes on without a gap', async () => {
    const live = (name: string): object => ({
      id: name,
      message: `${name} happened`,
      service: 'tailed',
      level: 'info',
    });
    await world().visit(`/?query=${encodeURIComponent('service:tailed')}`, async (page) => {
      const button = page.getByRole('button', { name: 'Live tail', exact: true });
      await button.click();
      assert.equal(await button.getAttribute('aria-pressed'), 'true');
      assert.equal(parameter(page, 'live'), '1');
      await page.getByRole('button', { name: /^Pause/ }).waitFor();
      // A tail shows what arrives once it is connected.
      await page
        .getByRole('status')
        .filter({ hasText: /^Live$/ })
        .waitFor();
      await world().send([live('live-1')]);
      await page.getByText('live-1 happened').first().waitFor();
      await page.getByRole('button', { name: /^Pause/ }).click();
      await world().send([live('live-2')]);
      await page.waitForTimeout(1500);
      assert.equal(await page.getByText('live-2 happened').count(), 0, 'paused');
      await picture(page, 'tail-paused');
      await page.getByRole('button', { name: /^(Resume|Continue)/ }).click();
      await page.getByText('live-2 happened').first().waitFor();
      await world().send([live('live-3')]);
      await page.getByText('live-3 happened').first().waitFor();
      await picture(page, 'tail');
      assert.equal(await page.getByText('live-1 happened').count(), 1);
    });
  });

  it('exports what is shown', async () => {
    await world().visit(`/?from=-1h&query=${encodeURIComponent('level:error')}`, async (page) => {
      const errors = records.filter(({ level }) => level === 'error');
      await waitForCount(page, errors.length);
      const download = async (format: string): Promise<{ name: string; lines: string[] }> => {
        await page.getByRole('button', { name: 'Export', exact: true }).click();
        const dialog = page.getByRole('dialog', { name: 'Export' });
        await dialog.getByRole('radio', { name: format }).check();
        await dialog
          .getByRole('status')
          .filter({ hasText: `${errors.length} records` })
          .waitFor();
        await picture(page, `export-${format.toLowerCase()}`);
        const started = page.waitForEvent('download');
        await dialog.getByRole('link', { name: 'Download' }).click();
        const file = await started;
        await dialog.waitFor({ state: 'hidden' });
        const text = await readFile(await file.path(), 'utf8');
        return { name: file.suggestedFilename(), lines: text.trimEnd().split(/\r?\n/) };
      };
      const ndjson = await download('NDJSON');
      assert.match(ndjson.name, /\.ndjson$/);
      const ids = ndjson.lines.map((line) => (JSON.parse(line) as { id: string }).id);
      assert.deepEqual(ids.toSorted(), errors.map(({ id }) => id).toSorted());
      const csv = await download('CSV');
      assert.match(csv.name, /\.csv$/);
      assert.equal(csv.lines[0], 'timestamp,level,service,message');
      assert.equal(csv.lines.length, errors.length + 1);
    });
  });

  it('keeps searches: recent ones and those that were saved', async () => {
    await world().visit(`/?from=-1h&query=${encodeURIComponent('level:error')}`, async (page) => {
      await waitForRows(page);
      await page.getByRole('button', { name: 'Saved', exact: true }).click();
      await page.getByRole('textbox', { name: /name/i }).fill('All that failed');
      await page.getByRole('button', { name: /^Save/ }).last().click();
      await page.getByText('All that failed').first().waitFor();
      await picture(page, 'saved');
      await page.goto(`${world().origin}/?from=-1h`);
      await waitForRows(page);
      await page.getByRole('button', { name: 'Saved', exact: true }).click();
      await page.getByText('level:error').first().waitFor();
      await page
        .getByRole('link', { name: /All that failed/ })
        .or(page.getByRole('button', { name: /All that failed/ }))
        .first()
        .click();
      await page.waitForURL(({ searchParams }) => searchParams.get('query') === 'level:error');
      await waitForCount(page, records.filter(({ level }) => level === 'error').length);
    });
  });
});
