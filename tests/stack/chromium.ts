import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import type { Skipped } from './stack-service.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Nothing but what the test asks for leaves the browser, and it runs as root in a container. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts the machine's Chromium (`PAYLOG_CHROMIUM`, else the usual places); the caller closes it. Without one the reason
 * comes back, or with `PAYLOG_REQUIRE_CHROMIUM=1` it rejects.
 */
export async function launchChromium(): Promise<Browser | Skipped> {
  const named = process.env['PAYLOG_CHROMIUM'];
  const executablePath = (named === undefined ? PLACES : [named]).find((place) => existsSync(place));
  if (executablePath === undefined) {
    const skipped = 'no Chromium; enable it with `apt-get install chromium`, or set PAYLOG_CHROMIUM to its path';
    if (process.env['PAYLOG_REQUIRE_CHROMIUM'] === '1') {
      throw new Error(`PAYLOG_REQUIRE_CHROMIUM=1, but ${skipped}`);
    }
    return { skipped };
  }
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath, args: FLAGS });
}
