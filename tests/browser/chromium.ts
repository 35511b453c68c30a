import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, test } from '@jest/globals';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Debian's package puts it here; nothing is downloaded. */
const executablePath = '/usr/bin/chromium';

/** Chromium without anything that it does on the network by itself. */
const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const present = existsSync(executablePath);

/** A test that needs a browser; where there is none it is skipped, and the run says why. */
export const browserTest = present ? test : test.skip;

/** Opens a page of a visitor who was never here; what the pages did wrong is told by `faults`. */
export interface Visitor {
  open(): Promise<Page>;
  /** Uncaught errors, and what a page's Content-Security-Policy had to stop. */
  faults: string[];
}

/** A browser for the tests of a file, with a visitor for each test. */
export function useChromium(): Visitor {
  let browser: Browser | undefined;
  let context: BrowserContext | undefined;
  const visitor: Visitor = {
    faults: [],
    async open() {
      if (!browser) throw new Error('There is no browser.');
      context ??= await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
      const page = await context.newPage();
      page.on('pageerror', (error) => visitor.faults.push(error.message));
      page.on('console', (message) => {
        if (message.text().includes('Content Security Policy')) visitor.faults.push(message.text());
      });
      return page;
    },
  };
  beforeAll(async () => {
    if (present) browser = await chromium.launch({ executablePath, args: quiet });
    else process.stdout.write(`skipped: there is no ${executablePath}; apt-get install chromium brings it\n`);
  });
  afterEach(async () => {
    await context?.close();
    context = undefined;
    visitor.faults = [];
  });
  afterAll(() => browser?.close());
  return visitor;
}
