import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Page } from 'playwright-core';
import { goWithin, openRecord, waitForRows } from './explorer-page.ts';
import { picture, useWorld } from './explorer-world.ts';
import { HOSTILE_TEXTS, hostileRecord } from './hostile-texts.ts';

const TRACE = 'badc0ffee0ddf00dbadc0ffee0ddf00d';

interface HostileRecord {
  readonly id: string;
  readonly payment: { readonly id: string };
}

/** What data must never become. */
const FROM_DATA = `[
  ...document.querySelectorAll('iframe, object, embed, base, meta[http-equiv=refresh], form[action], math, style, noscript:not(body > noscript)'),
  ...document.querySelectorAll('script:not([src]), details[ontoggle], input[onfocus], svg[onload], img[onerror]'),
  ...[...document.querySelectorAll('[href], [src], [action], [formaction], [data], [poster]')].filter((element) =>
    ['href', 'src', 'action', 'formaction', 'data', 'poster'].some((name) => {
      const address = element.getAttribute(name);
      return address !== null && new URL(address, location.href).origin !== location.origin;
    })),
].map((element) => element.outerHTML.slice(0, 300))`;

async function assertInert(page: Page, state: string): Promise<void> {
  // Handlers of pictures and the like run a moment later.
  await page.waitForTimeout(20);
  assert.equal(await page.evaluate('typeof globalThis.pwned'), 'undefined', `a script of a record ran in ${state}`);
  assert.deepEqual(await page.evaluate(FROM_DATA), [], `an element was made from a record in ${state}`);
  assert.equal(await page.evaluate('Object.prototype.pwned'), undefined);
}

describe('records that want to be code, in the explorer', function () {
  this.timeout(120_000);
  const nowMs = Date.now();
  const records = HOSTILE_TEXTS.map(
    (text, index) =>
      hostileRecord(index, text, new Date(nowMs - 60_000 - index * 1000).toISOString(), TRACE) as HostileRecord,
  );

  const world = useWorld(records);

  const states: readonly (readonly [name: string, path: string])[] = [
    ['the list', '/?from=-1h'],
    ['the list with their own columns', '/?from=-1h&columns=level,error.type,payment.status,host,message&wrap=1'],
    ['a trace', `/?from=-1h&view=trace:${TRACE}`],
    ['the query bar', `/?from=-1h&query=${encodeURIComponent(`"${HOSTILE_TEXTS[1]!.replaceAll('"', '\\"')}"`)}`],
    ['a fault of the query', `/?from=-1h&query=${encodeURIComponent(`${HOSTILE_TEXTS[0]!}"`)}`],
    ['an unknown view', `/?view=${encodeURIComponent(`<img src=x onerror=window.pwned=1>:${HOSTILE_TEXTS[0]!}`)}`],
    ['the time', `/?from=${encodeURIComponent(HOSTILE_TEXTS[1]!)}&to=${encodeURIComponent(HOSTILE_TEXTS[9]!)}`],
    ['names of columns', `/?from=-1h&columns=${encodeURIComponent(HOSTILE_TEXTS[2]!)},__proto__,constructor`],
  ];
  for (const [name, path] of states) {
    it(`does nothing in ${name}`, async () => {
      const watched = await world().open(path);
      try {
        await watched.page.waitForLoadState('networkidle');
        await assertInert(watched.page, name);
        await picture(watched.page, `hostile-${name.replaceAll(' ', '-')}`);
        // A refused query is answered by 400; nothing else may go wrong.
        assert.deepEqual(
          watched.faults.filter((fault) => !/\b400\b/.test(fault)),
          [],
        );
      } finally {
        await watched.close();
      }
    });
  }

  it('shows them as the texts that they are', async () => {
    await world().visit('/?from=-1h', async (page) => {
      for (const text of HOSTILE_TEXTS.slice(0, 5)) {
        await page.getByText(`hostile message ${text}`).first().waitFor();
      }
    });
  });

  it('does nothing when one is open, in its payment or in its context', async () => {
    await world().visit('/?from=-1h', async (page) => {
      await waitForRows(page);
      for (const { id, payment } of records) {
        await goWithin(page, `/?from=-1h&record=${encodeURIComponent(id)}`);
        await openRecord(page, id).waitFor();
        await openRecord(page, id).getByRole('tab', { name: 'JSON' }).click();
        await assertInert(page, `record ${id}`);
        await goWithin(page, `/?from=-1h&view=payment:${encodeURIComponent(payment.id)}`);
        await page.getByRole('group', { name: /^Timeline of payment/ }).waitFor();
        await assertInert(page, `payment ${payment.id}`);
        await goWithin(page, `/?from=-1h&view=context:${encodeURIComponent(id)}`);
        await page.getByText('hostile message').nth(1).waitFor();
        await assertInert(page, `context of ${id}`);
      }
    });
  });
});
