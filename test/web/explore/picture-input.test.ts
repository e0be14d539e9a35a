/** @file The image on /explore: whatever fails or arrives late, the page shows one image and names that one. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { greyPng } from '../../../train/report/png.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { type Pages, startPages } from '../../support/browser/pages.ts';

let pages: Pages;

const TEXT = { name: 'notes.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4') };

const UNREADABLE = 'The browser cannot read this file. Choose a JPEG or PNG file.';

const prediction = (page: Page) => page.textContent('#prediction');
const problem = (page: Page) => page.textContent('#problem');
const fragment = (page: Page) => page.evaluate(() => location.hash);
const pressed = (page: Page) =>
  page
    .locator('[data-example][aria-pressed=true]')
    .evaluateAll((all) => all.map((button) => button.dataset.example));

/** Returns the picture of the table of contents: the network's input. The page draws it in the frame after a change. */
const drawn = (page: Page) =>
  page.locator('canvas[data-part=tensor]').evaluate(async (canvas: HTMLCanvasElement) => {
    await new Promise((settle) => requestAnimationFrame(() => requestAnimationFrame(settle)));
    return canvas.toDataURL();
  });

describeInBrowser('the image', () => {
  beforeAll(async () => {
    pages = await startPages();
  }, 100_000);
  afterAll(() => pages?.stop());

  it('stays with its name and its answer when a file cannot be opened, and an error names that file', async () => {
    const page = await pages.open('/explore');
    await page.click('[data-example=bag]');
    await expect.poll(() => prediction(page)).toMatch(/^Bag/);
    const before = [await prediction(page), await pressed(page), await drawn(page), await fragment(page)];
    for (const [file, reason] of [
      [TEXT, UNREADABLE],
      [{ name: 'empty.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(0) }, UNREADABLE],
      [
        { name: 'line.png', mimeType: 'image/png', buffer: greyPng(new Uint8Array(29), 29) },
        'This photo is too narrow. Please crop it.',
      ],
    ] as const) {
      await page.setInputFiles('#file', file);
      await expect
        .poll(() => problem(page))
        .toBe(`${file.name}: ${reason} The page still shows the earlier picture.`);
      expect([await prediction(page), await pressed(page), await drawn(page), await fragment(page)]).toEqual(
        before,
      );
    }
    await page.setInputFiles('#file', 'examples/sneaker.png');
    await expect.poll(() => prediction(page)).toMatch(/^Sneaker/);
    expect([await problem(page), await pressed(page)]).toEqual(['', []]);
    await page.context().close();
  });

  it('stays when an example cannot be loaded, and the next click loads it', async () => {
    const page = await pages.open('/explore');
    await page.route('**/examples/bag.png', (route) => route.abort(), { times: 1 });
    await page.click('[data-example=bag]');
    await expect.poll(() => problem(page)).toMatch(/^Cannot load \/examples\/bag.png. Check the connection/);
    expect([await pressed(page), await fragment(page)]).toEqual([['ankle-boot'], '']);
    expect(await prediction(page)).toMatch(/^Ankle boot/);
    await page.click('[data-example=bag]');
    await expect.poll(() => prediction(page)).toMatch(/^Bag/);
    expect([await pressed(page), await problem(page)]).toEqual([['bag'], '']);
    await page.context().close();
  });

  it('is the one that was chosen last, when an earlier one arrives later', async () => {
    const page = await pages.open('/explore');
    const { promise, resolve } = Promise.withResolvers<void>();
    await page.route('**/examples/bag.png', async (route) => {
      await promise;
      await route.continue();
    });
    await page.click('[data-example=bag]');
    expect(await pressed(page)).toEqual(['ankle-boot']);
    await page.setInputFiles('#file', 'examples/sneaker.png');
    await expect.poll(() => prediction(page)).toMatch(/^Sneaker/);
    const arrived = page.waitForResponse('**/examples/bag.png');
    resolve();
    await arrived;
    await page.waitForTimeout(500);
    expect([await prediction(page), await pressed(page)]).toEqual([expect.stringMatching(/^Sneaker/), []]);
    await page.context().close();
  });

  it.each(['image=own', 'image=own&pixels=abc', 'image=hat'])(
    'is the first example, and named so, for the fragment %s',
    async (state) => {
      const page = await pages.open(`/explore#?${state}`);
      expect(await prediction(page)).toMatch(/^Ankle boot/);
      expect(await pressed(page)).toEqual(['ankle-boot']);
      await expect.poll(() => fragment(page)).toBe('');
      expect(await page.evaluate(() => history.length)).toBeLessThan(3);
      await page.context().close();
    },
  );

  it('returns with the Back button: the visitor’s own, and then the example before it', async () => {
    const page = await pages.open('/explore');
    await page.setInputFiles('#file', 'examples/sneaker.png');
    await expect.poll(() => prediction(page)).toMatch(/^Sneaker/);
    await page.click('[data-example=bag]');
    await expect.poll(() => prediction(page)).toMatch(/^Bag/);
    await page.goBack();
    await expect.poll(() => prediction(page)).toMatch(/^Sneaker/);
    expect(await pressed(page)).toEqual([]);
    await page.goBack();
    await expect.poll(() => prediction(page)).toMatch(/^Ankle boot/);
    expect(await pressed(page)).toEqual(['ankle-boot']);
    await page.context().close();
  });

  it('is the photo that replaces the camera, also when the camera opens later', async () => {
    const page = await pages.open('/explore');
    await page.evaluate(() => {
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      const opened = Promise.withResolvers<void>();
      mediaDevices.getUserMedia = async (constraints) => {
        const stream = await open(constraints);
        await opened.promise;
        return stream;
      };
      Object.assign(window, { allowCamera: opened.resolve });
    });
    await page.click('#camera');
    await page.setInputFiles('#file', 'examples/sneaker.png');
    await expect.poll(() => prediction(page)).toMatch(/^Sneaker/);
    await page.evaluate('allowCamera()');
    await page.waitForTimeout(700);
    expect(await prediction(page)).toMatch(/^Sneaker/);
    expect([await page.textContent('#camera'), await problem(page)]).toEqual(['Camera', '']);
    await page.context().close();
  });

  it('has no errors, no policy violations and no requests to other origins', () => {
    expect(pages.errors).toEqual([]);
  });
});
