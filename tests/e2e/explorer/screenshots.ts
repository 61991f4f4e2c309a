/** `npm run screenshots`: takes the pictures of docs/images anew, from the product as it is built. */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { launchChromium } from '../../stack/chromium.ts';
import { STORY_PAYMENT, paymentRecords } from './explorer-seed.ts';
import { waitForRows } from './explorer-page.ts';
import { ExplorerWorld } from './explorer-world.ts';

const IMAGES = path.join(import.meta.dirname, '..', '..', '..', 'docs', 'images');
const MAX_BYTES = 250_000;
/** Of each kind of record something is on the first screen. */
const QUERY = 'payment.currency:EUR payment.amount_minor:>=1000 -service:risk-scoring';

const browser = await launchChromium();
if ('skipped' in browser) throw new Error(browser.skipped);
await mkdir(IMAGES, { recursive: true });
await using world = await ExplorerWorld.start(browser, paymentRecords(Date.now(), 600));

await world.visit(`/?from=-1h&query=${encodeURIComponent(QUERY)}`, async (page) => {
  await waitForRows(page);
  await page.waitForLoadState('networkidle');
  await take('explorer', (file) => page.screenshot({ path: file }));
});
await world.visit(`/?view=payment:${STORY_PAYMENT}`, async (page) => {
  await page.getByRole('group', { name: /^Timeline of payment/ }).waitFor();
  // Nobody has used the keyboard yet.
  await page.evaluate('document.activeElement?.blur()');
  await take('payment-story', (file) => page.screenshot({ path: file }));
});

async function take(name: string, shoot: (file: string) => Promise<unknown>): Promise<void> {
  const file = path.join(IMAGES, `${name}.png`);
  await shoot(file);
  const { size } = await stat(file);
  if (size > MAX_BYTES) throw new Error(`${file} has ${size} bytes, more than ${MAX_BYTES}`);
  console.log(`${path.relative(process.cwd(), file)}: ${size} bytes`);
}
