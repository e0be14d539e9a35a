/** @file Where the try page is scrolled while it classifies a photo, and what moves when the answer comes. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { push } from '../../../train/registry/registry.ts';
import { openLocalStore } from '../../../train/store/open.ts';
import { colourModel } from '../../fixtures/colour-models.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { fieldOn } from '../../support/browser/field.ts';
import { type Pages, PHONE, startPages } from '../../support/browser/pages.ts';
import { drawFile, SHIRT, WALL } from '../../support/browser/pictures.ts';
import { startWorker } from '../../support/worker.ts';

/** Uploads to the default model, or to another one. Not the field's file classify-….js. */
const UPLOADS = '**/classify?*';

/** Green pictures show none of these labels. */
const KINDS = Array.from({ length: 11 }, (_, i) => `kind ${i}`);
const GREEN = { width: 300, height: 200, background: '#20c030' };

let pages: Pages;

/** Holds uploads of a page back. @returns the function that lets them pass */
async function holdUploads(page: Page): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(UPLOADS, async (route) => {
    await promise;
    await route.continue();
  });
  return resolve;
}

/** Returns where the answer is in the window: its upper and its lower edge. */
const answerPlace = (page: Page) =>
  fieldOn(page).status.evaluate((status) => {
    const { top, bottom } = status.getBoundingClientRect();
    return { top, bottom };
  });

/** Returns whether the page keeps its position for a moment. */
const hasStopped = (page: Page) =>
  page.evaluate(async () => {
    const before = scrollY;
    await new Promise((settle) => setTimeout(settle, 200));
    return scrollY === before;
  });

/** Returns where the steps and the section below them are on the page. */
const placesBelow = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.steps h2, #use h2')].map((heading) =>
      Math.round(heading.getBoundingClientRect().top + scrollY),
    ),
  );

/**
 * Gives the field a photo. Returns what `placesBelow` returns before and after the answer.
 * @param shown selector of the last element that the answer shows
 */
async function placesAround(page: Page, drawing: typeof WALL, shown: string) {
  const { pick, reaches, button } = fieldOn(page);
  const file = await drawFile(page, 'photo.png', drawing);
  const release = await holdUploads(page);
  await pick(file);
  await button('Cancel').waitFor();
  const before = await placesBelow(page);
  release();
  await reaches('answered');
  await page.locator(shown).waitFor();
  await page.locator('fashion-classifier tbody').waitFor();
  const after = await placesBelow(page);
  await page.unroute(UPLOADS);
  return { before, after };
}

/** Returns the distance of the section "Use it" from the top of the window. */
const useTop = (page: Page) =>
  page.evaluate(() => Math.round(document.querySelector('#use')?.getBoundingClientRect().top ?? 0));

describeInBrowser('the try page on a phone', () => {
  beforeAll(async () => {
    pages = await startPages(startWorker());
    const release = await colourModel({ name: 'kinds', labels: KINDS, none: KINDS[1] });
    await push(openLocalStore(pages.origin), release);
  });
  afterAll(() => pages?.stop());

  it.each(['reduce', 'no-preference'] as const)(
    'shows the answer in the window as soon as it comes, with prefers-reduced-motion: %s',
    async (reducedMotion) => {
      const page = await pages.open('/', { ...PHONE, reducedMotion });
      const { pick, reaches, field } = fieldOn(page);
      const shirt = await drawFile(page, 'shirt.jpg', SHIRT);
      for (const give of [() => pick(shirt), () => page.tap('[data-example=sandal]')]) {
        await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
        const release = await holdUploads(page);
        await give();
        await reaches('busy');
        await expect.poll(() => hasStopped(page)).toBe(true);
        // The place at the first frame with the answer. The listener is there before the answer can come.
        const place = await field.evaluateHandle((element) => {
          const first = new Promise<{ top: number; bottom: number }>((settle) => {
            element.addEventListener('statechange', () => {
              if (!element.matches(':state(answered)')) return;
              const status = element.shadowRoot?.querySelector('[part=status]') as Element;
              requestAnimationFrame(() => settle(status.getBoundingClientRect().toJSON()));
            });
          });
          return { first };
        });
        release();
        const { top, bottom } = await place.evaluate(({ first }) => first);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(bottom).toBeLessThanOrEqual(PHONE.viewport.height);
        await page.unroute(UPLOADS);
      }
      await page.context().close();
    },
  );

  it('shows the reason in the window when the photo cannot be opened, and when an example cannot be loaded', async () => {
    const page = await pages.open('/', PHONE);
    const { pick, reaches } = fieldOn(page);
    await pick({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
    await reaches('failed');
    expect((await answerPlace(page)).bottom).toBeLessThan(PHONE.viewport.height);
    await page.reload();
    await page.context().setOffline(true);
    await page.tap('[data-example=bag]');
    const problem = page.locator('#problem:not(:empty)');
    await problem.waitFor();
    const bottom = () => problem.evaluate((element) => element.getBoundingClientRect().bottom);
    await expect.poll(bottom).toBeLessThanOrEqual(PHONE.viewport.height);
    await page.context().close();
  });

  it('stays where the visitor has scrolled to when the answer comes', async () => {
    const page = await pages.open('/', PHONE);
    const { button, reaches } = fieldOn(page);
    const release = await holdUploads(page);
    const chooser = page.waitForEvent('filechooser');
    await button('Choose a photo').tap();
    await (await chooser).setFiles('examples/bag.png');
    await button('Cancel').waitFor();
    await page.evaluate(() => document.querySelector('#use')?.scrollIntoView({ behavior: 'instant' }));
    const before = await useTop(page);
    release();
    await reaches('answered');
    await page.locator('#outline').waitFor();
    expect(await useTop(page)).toBe(before);
    await page.context().close();
  });

  it.each([360, 480, 600, 768, 1000, 1440])(
    'moves nothing below the field when the answer comes, at %i pixels',
    async (width) => {
      const page = await pages.open('/', { viewport: { width, height: 900 } });
      for (const drawing of [SHIRT, WALL]) {
        const { before, after } = await placesAround(page, drawing, '#outline');
        expect(after).toEqual(before);
      }
      await page.context().close();
    },
  );

  it.each([360, 600, 1440])(
    'moves nothing below the field when the photo shows none of the model’s labels, at %i pixels',
    async (width) => {
      const page = await pages.open('/?model=kinds', { viewport: { width, height: 900 } });
      const { before, after } = await placesAround(page, GREEN, '#input');
      expect(after).toEqual(before);
      expect(await fieldOn(page).is('undecided')).toBe(true);
      await page.context().close();
    },
  );

  it('has no errors, no policy violations, and no requests to other origins', () => {
    expect(pages.errors).toEqual([]);
  });
});
