import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Page } from 'playwright-core';
import { assertAccessible } from './axe.ts';
import {
  detailsButtons,
  facets,
  goWithin,
  histogram,
  outline,
  openRecord,
  queryBar,
  recordsTable,
  waitForRows,
} from './explorer-page.ts';
import { seedRecords, STACK_ID, STORY_PAYMENT, STORY_TRACE } from './explorer-seed.ts';
import { picture, useWorld } from './explorer-world.ts';

interface State {
  readonly name: string;
  readonly path: string;
  /** Brings the page there and waits until it is. */
  readonly reach: (page: Page) => Promise<void>;
}

const STATES: readonly State[] = [
  { name: 'list', path: '/?from=-1h', reach: waitForRows },
  {
    name: 'open record',
    path: `/?from=-1h&record=${STACK_ID}&query=${encodeURIComponent(`id:${STACK_ID}`)}`,
    reach: (page) => openRecord(page, STACK_ID).waitFor(),
  },
  {
    name: 'record as JSON',
    path: `/?from=-1h&record=${STACK_ID}&query=${encodeURIComponent(`id:${STACK_ID}`)}`,
    reach: async (page) => {
      await openRecord(page, STACK_ID).getByRole('tab', { name: 'JSON' }).click();
      await openRecord(page, STACK_ID).getByRole('tabpanel').waitFor();
    },
  },
  {
    name: 'completion',
    path: '/?from=-1h',
    reach: async (page) => {
      await waitForRows(page);
      await queryBar(page).click();
      await page.keyboard.type('lev');
      await page.getByRole('listbox', { name: 'Suggestions' }).waitFor();
    },
  },
  {
    name: 'histogram as a table',
    path: '/?from=-1h',
    reach: async (page) => {
      await histogram(page).getByRole('button', { name: 'Show as table' }).click();
      await page.getByRole('table', { name: 'Records over time' }).waitFor();
    },
  },
  ...['Time range:', 'Columns', 'Settings', 'Query syntax', 'Export', 'Saved', 'Help'].map((name): State => ({
    name: `dialog ${name.replace(':', '')}`,
    path: '/?from=-1h',
    reach: async (page) => {
      await waitForRows(page);
      await page
        .getByRole('button', { name: new RegExp(`^${name}`) })
        .first()
        .click();
      await page.getByRole('dialog').first().waitFor();
    },
  })),
  {
    name: 'payment story',
    path: `/?view=payment:${STORY_PAYMENT}`,
    reach: (page) => page.getByRole('group', { name: /^Timeline of payment/ }).waitFor(),
  },
  {
    name: 'trace',
    path: `/?view=trace:${STORY_TRACE}`,
    reach: (page) => page.getByText('card declined').first().waitFor(),
  },
  {
    name: 'context',
    path: `/?view=context:${STORY_PAYMENT}-6`,
    reach: (page) => page.getByText('authorization requested again').first().waitFor(),
  },
  {
    name: 'status',
    path: '/?view=status',
    reach: (page) =>
      page
        .getByText(/dead letters/i)
        .first()
        .waitFor(),
  },
  {
    name: 'live tail',
    path: '/?live=1',
    reach: (page) => page.getByRole('button', { name: /^Pause/ }).waitFor(),
  },
];

describe('the explorer for everybody', function () {
  this.timeout(60_000);

  const world = useWorld(seedRecords(Date.now(), 60));

  for (const { name, path, reach } of STATES) {
    it(`has no violations that axe finds: ${name}`, async () => {
      await world().visit(
        path,
        async (page) => {
          await reach(page);
          for (const colorScheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme });
            await picture(page, `${name.replaceAll(' ', '-').toLowerCase()}-${colorScheme}`);
            await assertAccessible(page, `${name}, ${colorScheme}`);
          }
        },
        { reducedMotion: true },
      );
    });
  }

  it('keeps the theme and the density that were chosen', async () => {
    await world().visit('/?from=-1h', async (page) => {
      await waitForRows(page);
      const rowHeight = async (): Promise<number> =>
        (await recordsTable(page).getByRole('row').nth(4).boundingBox())!.height;
      const background = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
      const [lightBackground, comfortable] = [await background(), await rowHeight()];
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await page.getByRole('combobox', { name: 'Theme' }).selectOption({ label: 'Dark' });
      await page.getByRole('combobox', { name: 'Density' }).selectOption({ label: 'Compact' });
      await page.keyboard.press('Escape');
      assert.notEqual(await background(), lightBackground);
      const [darkBackground, compact] = [await background(), await rowHeight()];
      assert.ok(compact < comfortable, `${compact} px, ${comfortable} px before`);
      await page.reload();
      await waitForRows(page);
      assert.deepEqual([await background(), await rowHeight()], [darkBackground, compact]);
      await picture(page, 'dark-and-compact');
    });
  });

  it('draws the histogram in the colors of the system, also when they change', async () => {
    await world().visit('/?from=-1h', async (page) => {
      await waitForRows(page);
      // The lines of the grid are the lightest or the darkest there is.
      const isLight = (): Promise<boolean | undefined> =>
        page.evaluate<boolean | undefined>(`(() => {
          const canvas = document.querySelector('.histogram-chart canvas');
          // Drawn anew just now.
          if (canvas === null) return undefined;
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
          for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] === 255 && Math.min(data[at], data[at + 1], data[at + 2]) > 210) return true;
          }
          return false;
        })()`);
      const until = async (light: boolean): Promise<void> => {
        for (let tries = 0; (await isLight()) !== light; tries += 1) {
          assert.ok(tries < 50, `the histogram is not drawn for ${light ? 'light' : 'dark'}`);
          await page.waitForTimeout(100);
        }
      };
      await until(true);
      await page.emulateMedia({ colorScheme: 'dark' });
      await until(false);
      await page.emulateMedia({ colorScheme: 'light' });
      await until(true);
    });
  });

  it('can be used by keyboard alone', async () => {
    await world().visit('/?from=-1h', async (page) => {
      await waitForRows(page);
      await page.keyboard.press('/');
      assert.equal(await page.getByRole('combobox', { name: 'Search query' }).and(page.locator(':focus')).count(), 1);
      await page.keyboard.type('level:error');
      await page.keyboard.press('Enter');
      await page.waitForURL(({ searchParams }) => searchParams.get('query') === 'level:error');
      await waitForRows(page);
      // Out of the query bar.
      await page.keyboard.press('Escape');
      const current = page.locator('[aria-current=true]');
      await page.keyboard.press('j');
      await current.waitFor();
      const first = await current.innerText();
      await page.keyboard.press('j');
      assert.notEqual(await current.innerText(), first);
      await page.keyboard.press('k');
      assert.equal(await current.innerText(), first);
      await page.keyboard.press('Enter');
      await page.getByRole('region', { name: /^Record / }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('region', { name: /^Record / }).waitFor({ state: 'hidden' });
      await page.keyboard.press('?');
      const help = page.getByRole('dialog').filter({ hasText: /keyboard/i });
      await help.waitFor();
      await page.keyboard.press('Escape');
      await help.waitFor({ state: 'hidden' });
      await page.keyboard.press('g');
      await page.keyboard.press('s');
      await page.waitForURL(({ searchParams }) => searchParams.get('view') === 'status');
      await page.keyboard.press('Escape');
      await page.waitForURL(({ searchParams }) => !searchParams.has('view'));
      await page.keyboard.press('e');
      const dialog = page.getByRole('dialog', { name: 'Export' });
      await dialog.waitFor();
      await page.keyboard.press('Escape');
      // Keys belong to a window as long as it is there.
      await dialog.waitFor({ state: 'hidden' });
      await page.keyboard.press('t');
      await page.waitForURL(({ searchParams }) => searchParams.get('live') === '1');
    });
  });

  it('changes the form of a record by the arrow keys', async () => {
    await world().visit(`/?from=-1h&record=${STACK_ID}&query=${encodeURIComponent(`id:${STACK_ID}`)}`, async (page) => {
      await page.getByRole('tab', { name: 'Fields', selected: true }).focus();
      await page.keyboard.press('ArrowRight');
      await page.getByRole('tab', { name: 'JSON', selected: true }).waitFor();
      await page.locator('[role=tab][aria-selected=true]:focus').waitFor();
      await page.keyboard.press('ArrowLeft');
      await page.getByRole('tab', { name: 'Fields', selected: true }).waitFor();
    });
  });

  it('keeps what a view covers out of reach', async () => {
    await world().visit('/?from=-1h', async (page) => {
      await waitForRows(page);
      await page.getByRole('button', { name: 'Status', exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('region', { name: 'Status', exact: true }).waitFor();
      for (let presses = 0; presses < 40; presses += 1) {
        await page.keyboard.press('Tab');
        const covered = await page.evaluate<boolean>("document.activeElement.closest('.app-under') !== null");
        assert.ok(!covered, 'the focus is below the view');
      }
      await page.keyboard.press('Escape');
      await waitForRows(page);
      await page.locator('header :focus', { hasText: 'Status' }).waitFor();
    });
  });

  it('leads through everything by Tab, and shows where the focus is', async () => {
    await world().visit('/?from=-1h', async (page) => {
      await waitForRows(page);
      const names = new Set<string>();
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate<{ name: string; outlined: boolean }>(`(() => {
          const element = document.activeElement;
          // A box around a field may show it.
          const around = [element, element.parentElement, element.parentElement?.parentElement];
          const shows = ({ outlineStyle, outlineWidth, boxShadow }) => (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
          return { name: element.ariaLabel ?? element.textContent.slice(0, 40), outlined: element === document.body || around.some((near) => near && shows(getComputedStyle(near))) };
        })()`);
        assert.ok(focused.outlined, `no focus is seen on ${focused.name}`);
        names.add(focused.name);
      }
      assert.ok(names.size > 20, [...names].join(' | '));
    });
  });

  const PHONE = { viewport: { width: 360, height: 740 }, touch: true } as const;

  it('fits a phone: nothing to scroll sideways, everything in reach', async () => {
    const paths = [
      '/?from=-1h',
      '/?from=-1h&wrap=1',
      `/?from=-1h&record=${STACK_ID}&query=${encodeURIComponent(`id:${STACK_ID}`)}`,
      '/?from=-1h&query=service:settlement&wrap=1',
      `/?view=payment:${STORY_PAYMENT}`,
      `/?view=trace:${STORY_TRACE}`,
      `/?view=context:${STORY_PAYMENT}-6`,
      '/?view=status',
      '/?live=1',
    ];
    await world().visit(
      '/?from=-1h',
      async (page) => {
        for (const [index, path] of paths.entries()) {
          await goWithin(page, path);
          await outline(page);
          const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
          await picture(page, `phone-${index}`);
          assert.ok(wide <= 0, `${path} is ${wide} px too wide`);
        }
      },
      PHONE,
    );
  });

  it('keeps facets, dialogs and records in reach on a phone', async () => {
    await world().visit(
      '/?from=-1h',
      async (page) => {
        await waitForRows(page);
        await page.getByRole('button', { name: 'Facets' }).tap();
        await facets(page)
          .getByRole('button', { name: /^Only service authorizer/ })
          .tap();
        await page.waitForURL(({ searchParams }) => (searchParams.get('query') ?? '').includes('authorizer'));
        await picture(page, 'phone-facets');
        await page.keyboard.press('Escape');
        await detailsButtons(page).first().tap();
        await page.getByRole('region', { name: /^Record / }).waitFor();
        await picture(page, 'phone-record');
        await page.getByRole('button', { name: /^Time range/ }).tap();
        const last = page.getByRole('dialog', { name: 'Time range' }).getByRole('button', { name: 'Last 24 hours' });
        await last.tap();
        await page.waitForURL(({ search }) => search.includes('from='));
        await assertAccessible(page, 'phone');
      },
      PHONE,
    );
  });

  it('shows the same in a new tab, in every state', async () => {
    const paths = [
      '/?from=-1h&query=level%3Aerror&columns=level,payment.id,message&wrap=1&order=asc',
      `/?from=-1h&record=${STORY_PAYMENT}-6&query=${encodeURIComponent(`payment.id:${STORY_PAYMENT}`)}`,
      `/?from=-1h&view=payment:${STORY_PAYMENT}`,
      `/?view=trace:${STORY_TRACE}`,
      '/?live=1&query=level%3Aerror',
    ];
    for (const path of paths) {
      await world().visit(path, async (page) => {
        const shown = await outline(page);
        const other = await page.context().newPage();
        await other.goto(page.url());
        assert.equal(await outline(other), shown, path);
        assert.equal(other.url(), page.url());
      });
    }
  });
});
