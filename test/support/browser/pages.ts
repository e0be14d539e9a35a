/** @file The Worker with its pages, and Chromium, which opens them under their own strict policy. */
import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { sharedWorker } from '../shared-worker.ts';
import type { RunningWorker } from '../worker.ts';
import { collectErrors } from './chromium.ts';
import { sharedChromium } from './shared-servers.ts';

export const PHONE = {
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
} satisfies BrowserContextOptions;
export const DESK = { viewport: { width: 1440, height: 900 } } satisfies BrowserContextOptions;

export interface Pages {
  origin: string;
  /** Opens a page in a browser context of its own and waits until its script has run. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** Uncaught errors, policy violations, and addresses of requests to other origins. */
  errors: string[];
  stop(): Promise<void>;
}

/** @param starting the Worker of the pages, which `stop` stops. Defaults to the one that test files share. */
export async function startPages(
  starting: Promise<Pick<RunningWorker, 'origin' | 'stop'>> = sharedWorker(),
): Promise<Pages> {
  const [worker, browser] = await Promise.all([starting, sharedChromium()]);
  const { origin } = worker;
  const errors: string[] = [];

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ ...DESK, reducedMotion: 'reduce', ...options });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
    const page = await context.newPage();
    collectErrors(page, errors);
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url()))
        errors.push(request.url());
    });
    await page.goto(`${origin}${path}`);
    if (options.javaScriptEnabled !== false)
      await page.waitForSelector('html[data-ready]', { state: 'attached' });
    return page;
  }

  async function stop(): Promise<void> {
    await browser.close();
    await worker.stop();
  }

  return { origin, open, errors, stop };
}

/** Returns a sentence for each violation that axe finds: of WCAG 2.2 A and AA, and of its best practices. */
export async function axeViolations(page: Page): Promise<string[]> {
  // Half a megabyte, which takes as long as a check of a small page.
  if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => {
    const { axe: checker } = globalThis as unknown as { axe: typeof axe };
    return checker.run({
      resultTypes: ['violations'],
      preload: false,
      // Of WCAG 2.2 AA, but off by default.
      rules: { 'target-size': { enabled: true } },
    });
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** Returns by how many pixels the page is wider than its window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
