/** @file The link from the try page to /explore opens there with the photo that is in the field. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPixels } from '../../../web/picture/link.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { fieldOn } from '../../support/browser/field.ts';
import { type Pages, startPages } from '../../support/browser/pages.ts';
import { drawFile, SHIRT, WALL } from '../../support/browser/pictures.ts';

let pages: Pages;

/** Follows the link, and waits until the explorer shows its picture. */
async function follow(page: Page): Promise<void> {
  await page.click('#inside');
  await page.waitForURL(/\/explore#/);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
}

const prediction = (page: Page) => page.textContent('#prediction');

/** Returns the colour that figure 1 shows at a pixel of the photo, as shares of red, green and blue. */
async function colourAt(page: Page, row: number, column: number): Promise<number[]> {
  await page.evaluate(
    ([row, column]) => {
      location.hash = `${location.hash}&view=colour&pixel=${row},${column}`;
    },
    [row, column],
  );
  await page.locator('#tensor .figure').scrollIntoViewIfNeeded();
  await page.locator('#channels').waitFor();
  const text = await page.locator('#tensor-picture canvas').getAttribute('aria-valuetext');
  return [...(text ?? '').matchAll(/(?:red|green|blue) ([\d.]+)/g)].map(([, value]) => Number(value));
}

describeInBrowser('the link to /explore', () => {
  beforeAll(async () => {
    pages = await startPages();
  }, 100_000);
  afterAll(() => pages?.stop());

  it('shows the same photo, the same 28 × 28 pixels and the same score, and uploads nothing', async () => {
    const page = await pages.open('/');
    const { pick, reaches, get } = fieldOn(page);
    await pick(await drawFile(page, 'shirt.jpg', SHIRT));
    await reaches('answered');
    const result = await get('result');
    const [{ label, score }] = result?.predictions ?? [];
    const input = await page.evaluate(async (url) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      const context = new OffscreenCanvas(28, 28).getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(image, 0, 0);
      return [...context.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0);
    }, result?.explanation?.image ?? '');
    const uploads: string[] = [];
    page.on('request', (request) => request.method() !== 'GET' && uploads.push(request.url()));
    await expect.poll(() => page.getAttribute('#inside', 'href')).toContain('pixels=');
    await follow(page);
    const shown = new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('pixels') ?? '';
    expect([...readPixels(shown)]).toEqual(input);
    const text = (await prediction(page)) ?? '';
    expect(text).toContain(label);
    expect(Math.abs(Number.parseFloat(text.slice(label.length)) - 100 * score)).toBeLessThan(0.06);
    // The photo has 64 × 48 pixels there. Its garment is #7d2338.
    for (const [c, value] of (await colourAt(page, 30, 30)).entries())
      expect(Math.abs(255 * value - [0x7d, 0x23, 0x38][c])).toBeLessThan(8);
    await page.reload();
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    expect(await prediction(page)).toBe(text);
    expect(await colourAt(page, 30, 31)).toHaveLength(3);
    expect(uploads).toEqual([]);
    await page.context().close();
  });

  it('shows why the model declined, also in another tab', async () => {
    const page = await pages.open('/');
    const { pick, reaches } = fieldOn(page);
    await pick(await drawFile(page, 'wall.png', WALL));
    await reaches('unsure');
    const reason = await page.locator('fashion-classifier [part=reason]').textContent();
    await expect.poll(() => page.getAttribute('#inside', 'href')).toContain('flaw=no-garment');
    const link = (await page.getAttribute('#inside', 'href')) ?? '';
    await follow(page);
    const other = await pages.open(link);
    for (const explorer of [page, other]) {
      expect(await prediction(explorer)).toMatch(/^None of these/);
      expect(await explorer.textContent('#prediction-note')).toContain(reason);
    }
    await Promise.all([page.context().close(), other.context().close()]);
  });

  it('still leads to the photo after the Back button', async () => {
    const page = await pages.open('/');
    const { pick, reaches } = fieldOn(page);
    await pick('examples/bag.png');
    await reaches('answered');
    await expect.poll(() => page.getAttribute('#inside', 'href')).toContain('pixels=');
    const link = await page.getAttribute('#inside', 'href');
    await follow(page);
    await page.goBack();
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    await reaches('answered');
    await expect.poll(() => page.getAttribute('#inside', 'href')).toBe(link);
    await follow(page);
    expect(await prediction(page)).toMatch(/^Bag/);
    await page.context().close();
  });

  it('leads to the photo while the endpoint does not answer', async () => {
    const page = await pages.open('/');
    await page.route('**/v1/classify*', (route) => route.abort());
    await fieldOn(page).pick('examples/bag.png');
    await expect.poll(() => page.getAttribute('#inside', 'href')).toContain('image=own');
    await fieldOn(page).reaches('waiting');
    await follow(page);
    expect(await prediction(page)).toMatch(/^Bag/);
    expect(await page.locator('[data-example][aria-pressed=true]').count()).toBe(0);
    await page.context().close();
  });

  it('leads to the latest photo, and to none after it was removed', async () => {
    const page = await pages.open('/');
    const { pick, reaches, button } = fieldOn(page);
    await pick('examples/bag.png');
    await reaches('answered');
    await pick('examples/sandal.png');
    await expect.poll(() => fieldOn(page).value()).toBe('Sandal');
    await follow(page);
    expect(await prediction(page)).toMatch(/^Sandal/);
    await page.goBack();
    await reaches('answered');
    await button('Remove').click();
    expect(await page.getAttribute('#inside', 'href')).toBe('/explore');
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await page.context().close();
  });

  it('has no errors, no policy violations, and no requests to other origins', () => {
    expect(pages.errors).toEqual([]);
  });
});
