/** @file Chromium for tests and benchmarks. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { describe } from 'vitest';

/** Path of Debian's Chromium, which .ci/run installs. */
const CHROMIUM = '/usr/bin/chromium';

/** Milliseconds to wait for a browser, which a busy machine slows down. */
const PATIENCE = 120_000;

/** A camera that shows a test picture, and that every page may use. */
export const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/** Declares a suite that needs a browser. Without Chromium it is skipped, and its name gives the reason. */
export function describeInBrowser(name: string, suite: () => void): void {
  if (existsSync(CHROMIUM)) describe(name, suite);
  else describe.skip(`${name} (skipped: ${CHROMIUM} is not installed; apt-get install chromium)`, suite);
}

/** Launches Chromium. @param args further arguments of its command line, such as `CAMERA` */
export async function launchChromium(args: string[] = []): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args, timeout: PATIENCE });
  browser.on('context', (context) => context.setDefaultTimeout(PATIENCE));
  return browser;
}

/** Adds the page's uncaught errors, and everything that its policy or an integrity hash blocks, to `errors`. */
export function collectErrors(page: Page, errors: string[]): void {
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted|integrity/i.test(message.text())) errors.push(message.text());
  });
}
