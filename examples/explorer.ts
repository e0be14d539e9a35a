/** @file `npx node examples/explorer.ts`: takes the README's screenshot of the explorer, examples/explorer.png. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startLocalWorker } from '../infra/local/worker.ts';

const PATH = '/explore#network?image=sneaker&layer=6&map=0&cell=5,7';

const state = await mkdtemp(join(tmpdir(), 'tinyvgg-picture-'));
const end = new AbortController();
const worker = await startLocalWorker({ host: '127.0.0.1', port: 8939, state, signal: end.signal });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium' });
try {
  const page = await browser.newPage({ viewport: { width: 1320, height: 1600 } });
  await page.goto(`${worker.origin}${PATH}`);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  await page.waitForTimeout(1000);
  const box = await page.locator('.network-figure').boundingBox();
  if (!box) throw new Error('expected .network-figure on the page, found none');
  const clip = { x: box.x - 24, y: box.y - 20, width: box.width + 48, height: box.height + 40 };
  await page.screenshot({ path: 'examples/explorer.png', clip });
} finally {
  await browser.close();
  end.abort();
  await worker.ended;
  await rm(state, { recursive: true, force: true });
}
