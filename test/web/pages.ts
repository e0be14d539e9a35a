/** @file The pages as people meet them: the Worker with its static assets, and a browser that sees them by its strict policy. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { startWrangler } from '../../infra/wrangler.ts';
import { freePort } from '../train/store/servers.ts';
import { CHROMIUM } from './harness.ts';

export const PHONE = {
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
} satisfies BrowserContextOptions;
export const DESK = { viewport: { width: 1440, height: 900 } } satisfies BrowserContextOptions;

export interface Pages {
  origin: string;
  /** Opens an address of the Worker in a context of its own, and waits until its script has run. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** Errors of scripts, what the policy has stopped, and what was asked of other machines. */
  complaints: string[];
  stop(): Promise<void>;
}

/** A camera that everybody allows, and that shows a test picture. */
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

export async function startPages(): Promise<Pages> {
  const folder = await mkdtemp(join(tmpdir(), 'tinyvgg-pages-'));
  const end = new AbortController();
  const [port, inspectorPort, state] = [await freePort(), await freePort(), join(folder, 'state')];
  const [worker, browser] = await Promise.all([
    startWrangler({ host: '127.0.0.1', port, inspectorPort, state, signal: end.signal }),
    chromium.launch({ executablePath: CHROMIUM, args: CAMERA }),
  ]);
  const { origin } = worker;
  const complaints: string[] = [];

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ ...DESK, reducedMotion: 'reduce', ...options });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
    const page = await context.newPage();
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url()))
        complaints.push(request.url());
    });
    await page.goto(`${origin}${path}`);
    if (options.javaScriptEnabled !== false && !path.startsWith('/docs'))
      await page.waitForSelector('html[data-ready]', { state: 'attached' });
    return page;
  }

  async function stop(): Promise<void> {
    await browser.close();
    end.abort();
    await worker.ended;
    await rm(folder, { recursive: true, force: true });
  }

  return { origin, open, complaints, stop };
}

/** Sentences on what breaks a rule of axe: WCAG 2.2 A and AA, and its best practices. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => {
    const { axe: judge } = globalThis as unknown as { axe: typeof axe };
    return judge.run({ resultTypes: ['violations'], preload: false });
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** Pixels that the page is wider than its window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
