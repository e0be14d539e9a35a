/** @file Every page in every state, on a desk and a phone, light and dark: axe finds nothing, and nothing sticks out. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import {
  axeViolations,
  DESK,
  overflowOf,
  type Pages,
  PHONE,
  startPages,
} from '../../support/browser/pages.ts';

let pages: Pages;

const answered = async (page: Page) => {
  await page.click('[data-example="dress"]');
  await page.waitForSelector('#answer .label');
};
const noPicture = async (page: Page) => {
  const file = { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') };
  await page.setInputFiles('#file', file);
  await page.waitForSelector('#answer .problem');
};
const flat = async (page: Page) => {
  const png = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(300, 300);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.fillStyle = '#888';
    context.fillRect(0, 0, 300, 300);
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  });
  await page.setInputFiles('#file', { name: 'grey.png', mimeType: 'image/png', buffer: Buffer.from(png) });
  await page.waitForSelector('#answer .abstained');
};
/** Scrolls by, so that figures draw and load. */
const seen = async (page: Page) => {
  for (const id of ['tensor', 'convolution', 'pooling', 'network', 'models']) {
    await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await page.locator(`#${id} .figure`).first().scrollIntoViewIfNeeded();
  }
  await page.waitForSelector('#accuracy-curve svg');
};

const STATES: [name: string, path: string, prepare?: (page: Page) => Promise<void>][] = [
  ['the reference', '/docs'],
  ['the demo', '/'],
  ['the demo with an answer', '/', answered],
  ['the demo with a problem', '/', noPicture],
  ['the demo with no answer worth giving', '/', flat],
  ['the explorer', '/explore', seen],
  [
    'the explorer with all chosen otherwise',
    '/explore#convolution?image=bag&view=colour&kernel=learned-2-4-3&size=5&stride=2&padding=0&source=photo&poolSize=3&poolStride=1&layer=13&map=8&temperature=3',
    seen,
  ],
];

describeInBrowser('accessibility', () => {
  beforeAll(async () => {
    pages = await startPages();
  }, 100_000);
  afterAll(() => pages?.stop());

  it.each(STATES)('%s', { timeout: 90_000 }, async (_, path, prepare) => {
    const page = await pages.open(path, { hasTouch: true });
    await prepare?.(page);
    for (const viewport of [DESK.viewport, PHONE.viewport]) {
      await page.setViewportSize(viewport);
      expect(await overflowOf(page)).toBeLessThanOrEqual(0);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        // Colours are those of the scheme from the next frame on.
        await page.evaluate(
          'new Promise((settle) => requestAnimationFrame(() => requestAnimationFrame(settle)))',
        );
        expect({ width: viewport.width, colorScheme, found: await axeViolations(page) }).toMatchObject({
          found: [],
        });
      }
    }
    await page.context().close();
  });

  it('with forced colours', async () => {
    const page = await pages.open('/explore', { forcedColors: 'active' });
    await seen(page);
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });

  it('nothing was stopped by the policy, went wrong, or was asked of another machine', () => {
    expect(pages.errors).toEqual([]);
  });
});
