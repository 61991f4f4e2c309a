import assert from 'node:assert/strict';
import { get } from 'node:http';
import { describe, it } from 'mocha';
import { seedRecords } from './explorer-seed.ts';
import { useWorld } from './explorer-world.ts';

const BUDGET_BYTES = 200 * 1024;

/** Bytes of the body as they travel to a browser that only knows gzip. */
function gzippedBytes(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      let bytes = 0;
      answer.on('data', (part: Buffer) => (bytes += part.length));
      answer.on('end', () => {
        resolve(bytes);
      });
    });
    request.on('error', reject);
  });
}

describe('the first view of the explorer', function () {
  this.timeout(60_000);

  const world = useWorld(seedRecords(Date.now(), 40));

  it('weighs less than 200 KB, gzipped', async () => {
    const urls = new Set<string>();
    await world().visit('/', async (page) => {
      page.on('request', (request) => {
        if (['document', 'script', 'stylesheet', 'font', 'image'].includes(request.resourceType()))
          urls.add(request.url());
      });
      await page.reload();
      await page.getByText('payment captured').first().waitFor();
      await page.waitForLoadState('networkidle');
    });
    const sizes = await Promise.all(
      [...urls].map(async (url) => [new URL(url).pathname, await gzippedBytes(url)] as const),
    );
    const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
    console.log(`      ${(total / 1024).toFixed(1)} KB in ${sizes.length} files`);
    assert.ok(sizes.length >= 3, 'page, script and style');
    assert.ok(total < BUDGET_BYTES, `${total} bytes: ${JSON.stringify(sizes)}`);
  });

  it('says how long it takes until it can be used', async () => {
    await world().visit('/', async (page) => {
      await page.getByText('payment captured').first().waitFor();
      // Once more with the files in the cache of the profile, as for everybody who has been there.
      for (const visit of ['first', 'next']) {
        if (visit === 'next') await page.reload();
        await page.getByText('payment captured').first().waitFor();
        const ms = await page.evaluate<number>(
          'performance.getEntriesByType("navigation")[0].domInteractive && Math.round(performance.now())',
        );
        console.log(`      records on the screen after ${ms} ms (${visit} visit)`);
        assert.ok(ms > 0);
      }
    });
  });

  it('sends a strict policy, and needs nothing that it forbids', async () => {
    const response = await fetch(`${world().origin}/`);
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'|default-src 'self'/);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|https?:|\*|data:(?! *;)/);
    const html = await response.text();
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)[^>]*>/);
    assert.doesNotMatch(html, /<style|\son\w+=|\sstyle=/);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  });
});
