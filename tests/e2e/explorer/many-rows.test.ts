import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Page } from 'playwright-core';
import { recordsTable, waitForRows } from './explorer-page.ts';
import { picture, useWorld } from './explorer-world.ts';
import { manyRecords } from './many-records.ts';

const RECORDS = 100_000;
const LONGEST_TASK_MS = 100;
const MOST_MS = 60_000;
const ATTEMPTS = 3;

/** What scrolls the list, and how far it is. */
const SCROLLER = `(() => {
  const inside = document.querySelector('[role=table][aria-label=Records], table[aria-label=Records]');
  for (let element = inside; element; element = element.parentElement) {
    const { overflowY } = getComputedStyle(element);
    if ((overflowY === 'auto' || overflowY === 'scroll') && element.scrollHeight > element.clientHeight) return element;
  }
  return document.scrollingElement;
})()`;

describe('a hundred thousand records in the explorer', function () {
  this.timeout(300_000);

  const world = useWorld(manyRecords(Date.now(), RECORDS));

  /** Scrolls down to the last record as fast as frames come, in small steps and in jumps, while further pages are loaded. */
  async function scrollThrough(page: Page): Promise<number> {
    await waitForRows(page);
    await page.waitForLoadState('networkidle');
    await page.evaluate(`(() => {
      globalThis.longTasks = [];
      new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => Math.round(duration)))).observe({ type: 'longtask' });
    })()`);
    const scrolled = await page.evaluate<{ rows: number; frames: number; ms: number }>(`new Promise((resolve) => {
      const scroller = ${SCROLLER};
      const table = document.querySelector('[aria-label=Records][aria-rowcount]');
      const started = performance.now();
      let frames = 0;
      const step = () => {
        frames += 1;
        scroller.scrollTop += frames % 7 === 0 ? scroller.clientHeight * 30 : scroller.clientHeight * 0.8;
        const atEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 2;
        const rows = Number(table.getAttribute('aria-rowcount'));
        const ms = Math.round(performance.now() - started);
        if ((atEnd && rows > ${RECORDS}) || ms > ${MOST_MS}) resolve({ rows, frames, ms });
        else requestAnimationFrame(step);
      };
      step();
    })`);
    const longTasks = await page.evaluate<number[]>('longTasks');
    const longest = Math.max(0, ...longTasks);
    console.log(
      `      ${scrolled.rows} rows in ${scrolled.frames} frames and ${scrolled.ms} ms; ${longTasks.length} tasks over 50 ms, the longest ${longest} ms`,
    );
    assert.ok(scrolled.rows >= RECORDS, `${scrolled.rows} rows were loaded`);
    // Rows that cannot be seen are not in the page.
    assert.ok((await recordsTable(page).getByRole('row').count()) < 300);
    await page
      .getByText(/\(0\)$/)
      .first()
      .waitFor();
    await picture(page, 'hundred-thousand-rows');
    return longest;
  }

  it('are scrolled through without a task of more than 100 ms', async () => {
    let longest = Number.POSITIVE_INFINITY;
    // What else the machine does counts as well: a task that is too long by itself is so every time.
    for (let attempt = 0; attempt < ATTEMPTS && longest > LONGEST_TASK_MS; attempt += 1) {
      await world().visit('/?from=-1h', async (page) => {
        longest = Math.min(longest, await scrollThrough(page));
      });
    }
    assert.ok(longest <= LONGEST_TASK_MS, `a task of ${longest} ms`);
  });
});
