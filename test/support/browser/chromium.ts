/** @file Chromium for tests and benchmarks. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { describe } from 'vitest';

/**
 * Path of Debian's Chromium: the shell, which .ci/run installs, or else the browser. The browser draws a window with its own renderer for
 * each context of a test, which takes as much CPU time as the pages do.
 */
const CHROMIUM =
  ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path)) ?? '';

/** Milliseconds to wait for a browser, which a busy machine slows down. */
const PATIENCE = 120_000;

/** The camera shows a test picture, and every page may use it. */
const OPTIONS = {
  executablePath: CHROMIUM,
  args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  timeout: PATIENCE,
};

/**
 * Declares a suite that needs a browser. Without Chromium it is skipped, and its name gives the reason.
 * @param tags of the suite. `npm test` leaves out `slow` ones.
 */
export function describeInBrowser(name: string, suite: () => void, tags = ['slow']): void {
  if (CHROMIUM) describe(name, { tags }, suite);
  else describe.skip(`${name} (skipped: no Chromium; apt-get install chromium-headless-shell)`, suite);
}

/** Launches a Chromium with a camera. Tests use `sharedChromium`, which starts faster. @param args further flags of Chromium */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return withPatience(await chromium.launch({ ...OPTIONS, args: [...OPTIONS.args, ...args] }));
}

/** Launches a Chromium with a camera, for connections. @returns the address of its WebSocket */
export async function serveChromium(): Promise<{ address: string; stop(): Promise<void> }> {
  const server = await chromium.launchServer({ ...OPTIONS, host: '127.0.0.1' });
  return { address: server.wsEndpoint(), stop: () => server.close() };
}

/** Connects to a Chromium of `serveChromium`. */
export async function connectChromium(address: string): Promise<Browser> {
  return withPatience(await chromium.connect(address, { timeout: PATIENCE }));
}

function withPatience(browser: Browser): Browser {
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
