/** @file Accessibility (axe) and horizontal overflow of every page, on desktop and phone, light and dark. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { fieldOn } from '../../support/browser/field.ts';
import {
  axeViolations,
  DESK,
  overflowOf,
  type Pages,
  PHONE,
  startPages,
} from '../../support/browser/pages.ts';
import { drawFile, WALL } from '../../support/browser/pictures.ts';

let pages: Pages;

const answered = async (page: Page) => {
  await page.click('[data-example="dress"]');
  await page.locator('#outline').waitFor();
};
const unreadable = async (page: Page) => {
  const { pick, reaches } = fieldOn(page);
  await pick({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
  await reaches('failed');
};
const declined = async (page: Page) => {
  const { pick, reaches } = fieldOn(page);
  await pick(await drawFile(page, 'wall.png', WALL));
  await reaches('unsure');
};
const photographing = async (page: Page) => {
  // The page has hasTouch: the pointer is coarse, and the button is hidden.
  await page.evaluate(() => document.querySelector<HTMLElement>('#camera')?.click());
  await page.locator('#live[open]').waitFor();
};
const declinedInside = async (page: Page) => {
  await page.setInputFiles('#file', await drawFile(page, 'wall.png', WALL));
  await page.getByText('declines to answer').waitFor();
  await page.setInputFiles('#file', {
    name: `${'long'.repeat(30)}.txt`,
    mimeType: 'text/plain',
    buffer: Buffer.from('no picture'),
  });
  await page.locator('#problem:not(:empty)').waitFor();
  await scrolled(page);
};
/** Scrolls through the explorer: figures load and draw when they come into view. */
const scrolled = async (page: Page) => {
  for (const id of ['tensor', 'convolution', 'pooling', 'network', 'models']) {
    await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await page.locator(`#${id} .figure`).first().scrollIntoViewIfNeeded();
  }
  await page.waitForSelector('#accuracy-curve svg');
};

/** Opens an address of the API, which has no script that reports when it is ready. */
const atProblem = async (page: Page) => {
  await page.goto(new URL(`/v1/models/tinyvgg/versions/${'0'.repeat(64)}`, page.url()).href);
  await page.getByRole('heading', { name: 'Unknown model version' }).waitFor();
};

const STATES: [name: string, path: string, prepare?: (page: Page) => Promise<void>][] = [
  ['the API reference', '/docs'],
  ['the page of a problem', '/docs', atProblem],
  ['the try page', '/'],
  ['the try page with an answer', '/', answered],
  ['the try page with the webcam', '/', photographing],
  ['the try page with an unreadable file', '/', unreadable],
  ['the try page when the model declines to answer', '/', declined],
  ['the explorer', '/explore', scrolled],
  ['the explorer when the model declines to answer, with an unreadable file', '/explore', declinedInside],
  [
    'the explorer with every choice changed',
    '/explore#convolution?image=bag&view=colour&kernel=learned-2-4-3&size=5&stride=2&padding=0&source=photo&poolSize=3&poolStride=1&layer=13&map=8&temperature=3',
    scrolled,
  ],
];

describeInBrowser('axe', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages?.stop());

  it.each(STATES)('finds no violation in %s, and nothing wider than the window', async (_, path, prepare) => {
    const page = await pages.open(path, { hasTouch: true });
    await prepare?.(page);
    // A scheme changes colours and a width changes places, so that each is examined once.
    for (const [viewport, colorScheme] of [
      [DESK.viewport, 'dark'],
      [PHONE.viewport, 'light'],
    ] as const) {
      await page.setViewportSize(viewport);
      expect(await overflowOf(page)).toBe(0);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      // The next frame has the colours of the scheme.
      await page.evaluate(
        'new Promise((settle) => requestAnimationFrame(() => requestAnimationFrame(settle)))',
      );
      expect({ width: viewport.width, colorScheme, found: await axeViolations(page) }).toMatchObject({
        found: [],
      });
    }
    for (const width of [390, 375, 320]) {
      await page.setViewportSize({ width, height: 740 });
      expect({ width, overflow: await overflowOf(page) }).toEqual({ width, overflow: 0 });
    }
    await page.context().close();
  });

  it('finds no violation in the explorer with forced colours', async () => {
    const page = await pages.open('/explore', { forcedColors: 'active' });
    await scrolled(page);
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });

  it('ran without errors, policy violations and requests to other origins', () => {
    expect(pages.errors).toEqual([]);
  });
});
