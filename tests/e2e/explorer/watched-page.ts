import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** What a browser page did that it must not do. */
export interface WatchedPage {
  readonly page: Page;
  /** Console errors and warnings, uncaught errors, dialogs, CSP violations, answers of 400 and above, requests to elsewhere. */
  readonly faults: string[];
  /** Closes the page and everything it kept (storage, cookies). */
  close(): Promise<void>;
}

/** How a page is opened. */
export interface PageOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
  /** A phone: touch, and a viewport that pages size themselves to. */
  readonly touch?: boolean;
  readonly reducedMotion?: boolean;
}

const DESKTOP = { width: 1440, height: 900 };

/** A fresh profile with one page that notes what goes wrong, and asks for nothing outside `origin`. */
export async function watchPage(browser: Browser, origin: string, options: PageOptions = {}): Promise<WatchedPage> {
  const { colorScheme = 'light', viewport = DESKTOP, touch = false, reducedMotion = false } = options;
  const settings: BrowserContextOptions = {
    colorScheme,
    viewport: { ...viewport },
    hasTouch: touch,
    isMobile: touch,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    permissions: ['clipboard-read', 'clipboard-write'],
  };
  const context = await browser.newContext(settings);
  const faults: string[] = [];
  context.on('page', (page) => {
    watch(page, origin, faults);
  });
  const page = await context.newPage();
  return { page, faults, close: () => context.close() };
}

function watch(page: Page, origin: string, faults: string[]): void {
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => {
    // A violation of the content security policy is told here, too.
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    const isOwn = url.startsWith(`${origin}/`) || url.startsWith('data:') || url.startsWith(`blob:${origin}/`);
    if (!isOwn) faults.push(`request to ${url}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
  });
}
