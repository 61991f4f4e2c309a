/** `npm run screenshots`: takes the pictures of docs/images anew, from the product as it is built. */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { launchChromium } from '../../stack/chromium.ts';
import { STORY_PAYMENT, seedRecords } from './explorer-seed.ts';
import { waitForRows } from './explorer-page.ts';
import { ExplorerWorld } from './explorer-world.ts';

const IMAGES = path.join(import.meta.dirname, '..', '..', '..', 'docs', 'images');
const MAX_BYTES = 250_000;

const browser = await launchChromium();
if ('skipped' in browser) throw new Error(browser.skipped);
await mkdir(IMAGES, { recursive: true });
await using world = await ExplorerWorld.start(browser, seedRecords(Date.now(), 400));

await world.visit('/?from=-1h', async (page) => {
  await waitForRows(page);
  await page.waitForLoadState('networkidle');
  await take('explorer', (file) => page.screenshot({ path: file }));
});
await world.visit(`/?view=payment:${STORY_PAYMENT}`, async (page) => {
  await page.getByRole('group', { name: /^Timeline of payment/ }).waitFor();
  await take('payment-story', (file) => page.screenshot({ path: file }));
});

async function take(name: string, shoot: (file: string) => Promise<unknown>): Promise<void> {
  const file = path.join(IMAGES, `${name}.png`);
  await shoot(file);
  const { size } = await stat(file);
  if (size > MAX_BYTES) throw new Error(`${file} has ${size} bytes, more than ${MAX_BYTES}`);
  console.log(`${path.relative(process.cwd(), file)}: ${size} bytes`);
}
