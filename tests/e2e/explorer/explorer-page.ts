import type { Locator, Page } from 'playwright-core';

/** The parts of the page, found as a person with a screen reader finds them. */
export const queryBar = (page: Page): Locator => page.getByRole('combobox', { name: 'Search query' });
export const recordsTable = (page: Page): Locator => page.getByRole('table', { name: 'Records', exact: true });
export const detailsButtons = (page: Page): Locator => recordsTable(page).getByRole('button', { name: /^Details of / });
export const facets = (page: Page): Locator => page.getByRole('complementary', { name: 'Facets' });
export const histogram = (page: Page): Locator => page.getByRole('region', { name: 'Records over time' });
export const openRecord = (page: Page, id: string): Locator =>
  page.getByRole('region', { name: `Record ${id}`, exact: true });

/** Waits until the search says that it found so many. */
export async function waitForCount(page: Page, count: number): Promise<void> {
  const text = `${count.toLocaleString('en')} record${count === 1 ? '' : 's'}`;
  await page
    .getByRole('status')
    .filter({ hasText: new RegExp(String.raw`(?<![\d,])${text}(?!\w)`) })
    .first()
    .waitFor();
}

/** Waits until there are rows and nothing is being loaded. */
export async function waitForRows(page: Page): Promise<void> {
  await detailsButtons(page).first().waitFor();
  await page.locator('[role=table][aria-busy=false], table[aria-busy=false], table:not([aria-busy])').first().waitFor();
}

/** Types a query and runs it. */
export async function search(page: Page, query: string): Promise<void> {
  await queryBar(page).fill(query);
  await page.keyboard.press('Escape');
  await queryBar(page).press('Enter');
}

/** Value of a parameter of the address. */
export function parameter(page: Page, name: string): string | null {
  return new URL(page.url()).searchParams.get(name);
}

/** Goes to another state of the same page, as a step back or forward does: nothing is loaded anew. */
export async function goWithin(page: Page, pathAndQuery: string): Promise<void> {
  const address = JSON.stringify(pathAndQuery);
  await page.evaluate(`history.pushState(null, '', ${address}); dispatchEvent(new PopStateEvent('popstate'));`);
}

/** What the page says to a screen reader, once it says the same for a while; durations, which differ from run to run, left out. */
export async function outline(page: Page): Promise<string> {
  const deadline = Date.now() + 15_000;
  let before = '';
  while (Date.now() < deadline) {
    await page.waitForTimeout(250);
    const text = await page.locator('body').ariaSnapshot();
    const steady = text.replaceAll(/\d+(\.\d+)? (ms|s|min|seconds?|minutes?)\b( ago)?/g, '<time>');
    if (steady === before && !/Loading (?!more)|Connecting/.test(steady)) return steady;
    before = steady;
  }
  throw new Error(`the page keeps changing: ${before.slice(0, 2000)}`);
}
