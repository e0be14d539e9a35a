/** @file / as people use it: pick, drop, paste, camera, keyboard alone; what is wrong is said; without JavaScript it is a form. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { type Pages, PHONE, startPages } from '../../support/browser/pages.ts';
import { EXAMPLE_NAMES, imageOfExample } from '../explore/pictures.ts';

let pages: Pages;

const label = (page: Page) => page.locator('#answer .label');
const BAG = 'examples/bag.png';

/** Hands a file over as a drop or a paste does. */
const transfer = async (page: Page, event: 'drop' | 'paste', path: string) => {
  const bytes = [...(await readFile(path))];
  await page.evaluate(
    ([event, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], 'picture.png', { type: 'image/png' }));
      const options = { bubbles: true, cancelable: true };
      const told =
        event === 'drop'
          ? new DragEvent('drop', { ...options, dataTransfer: data })
          : new ClipboardEvent('paste', { ...options, clipboardData: data });
      document.querySelector('#drop')?.dispatchEvent(told);
    },
    [event, bytes] as const,
  );
};

describeInBrowser('/', () => {
  beforeAll(async () => {
    pages = await startPages();
  }, 100_000);
  afterAll(() => pages?.stop());

  it('answers a picked file, shows what the network saw, byte for byte, and outlines the garment', async () => {
    const page = await pages.open('/');
    await page.setInputFiles('#file', BAG);
    await label(page).waitFor();
    expect(await label(page).textContent()).toBe('Bag');
    const seen = await page.locator('.seen img').evaluate((image: HTMLImageElement) => {
      const canvas = new OffscreenCanvas(28, 28);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(image, 0, 0);
      return [...context.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0);
    });
    expect(seen).toEqual([...(await imageOfExample('bag'))]);
    // Outside the outline the photo is paler than it was.
    const corner = () =>
      page.locator('#photo').evaluate((canvas: HTMLCanvasElement) => {
        return canvas.getContext('2d')?.getImageData(2, 2, 1, 1).data.join();
      });
    await expect.poll(corner, { timeout: 10_000 }).not.toBe('244,241,236,255');
    await page.context().close();
  });

  it('answers what is dropped and what is pasted, and every example', async () => {
    const page = await pages.open('/');
    await transfer(page, 'drop', BAG);
    await expect.poll(() => label(page).textContent()).toBe('Bag');
    await transfer(page, 'paste', 'examples/sandal.png');
    await expect.poll(() => label(page).textContent()).toBe('Sandal');
    for (const name of EXAMPLE_NAMES) {
      await page.click(`[data-example="${name}"]`);
      await expect
        .poll(async () =>
          (await label(page).textContent())?.toLowerCase().replace(/\/.*| /, (m) => (m === ' ' ? '-' : '')),
        )
        .toBe(name);
    }
    await page.context().close();
  });

  it('is used by keyboard alone', async () => {
    const page = await pages.open('/');
    const focused = () =>
      page.evaluate(
        () => document.activeElement?.id || (document.activeElement as HTMLElement)?.dataset.example,
      );
    const order: (string | undefined)[] = [];
    for (let i = 0; i < 12 && !order.includes('t-shirt'); i++) {
      await page.keyboard.press('Tab');
      order.push(await focused());
    }
    expect(order).toContain('file');
    expect(order).toContain('camera');
    await page.keyboard.press('Enter');
    await expect.poll(() => label(page).textContent()).toBe('T-shirt/top');
    expect(await page.getAttribute('#answer', 'aria-live')).toBe('polite');
    await page.context().close();
  });

  it('photographs with the camera, on a phone too', async () => {
    const page = await pages.open('/', PHONE);
    await page.tap('#camera');
    await page
      .locator('#video')
      .evaluate(
        (video: HTMLVideoElement) =>
          video.readyState >= 2 || new Promise((settle) => video.addEventListener('loadeddata', settle)),
      );
    await page.tap('#shutter');
    await label(page).waitFor();
    expect(await page.locator('#live').isHidden()).toBe(true);
    expect(await page.locator('#video').evaluate((video: HTMLVideoElement) => video.srcObject)).toBe(null);
    await page.context().close();
  });

  it('says in the Worker’s words what is no picture, and says when nobody answers', async () => {
    const page = await pages.open('/');
    await page.setInputFiles('#file', {
      name: 'a.png',
      mimeType: 'image/png',
      buffer: Buffer.from('no picture'),
    });
    await expect.poll(() => page.textContent('#answer [role=alert]')).toMatch(/cannot read the image/);
    await page.context().setOffline(true);
    await page.setInputFiles('#file', BAG);
    await expect.poll(() => page.textContent('#answer')).toMatch(/cannot be reached/);
    await page.context().setOffline(false);
    await page.setInputFiles('#file', BAG);
    await expect.poll(() => label(page).textContent()).toBe('Bag');
    await page.context().close();
  });

  it('copies lines that name this address', async () => {
    const page = await pages.open('/');
    const { url, integrity } = (await (await fetch(`${pages.origin}/field.json`)).json()) as Record<
      string,
      string
    >;
    await expect.poll(() => page.textContent('#embed')).toContain(integrity);
    for (const [what, line] of [
      ['curl', `curl --data-binary @photo.jpg \\\n  '${pages.origin}/v1/classify?top_k=3'`],
      [
        'embed',
        `<script type="module" src="${pages.origin}${url}"\n  integrity="${integrity}" crossorigin></script>`,
      ],
    ]) {
      await page.click(`[data-copy=${what}]`);
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain(line);
      expect(await page.textContent('#copied')).toBe('Copied.');
    }
    await page.context().close();
  });

  it('without JavaScript is a form that the Worker answers, and shows nothing that would not work', async () => {
    const page = await pages.open('/', { javaScriptEnabled: false });
    expect(await page.isVisible('#camera')).toBe(false);
    expect(await page.isVisible('[data-example]')).toBe(false);
    expect(await page.isVisible('text=The network scores ten kinds')).toBe(true);
    await page.setInputFiles('#file', BAG);
    const [answer] = await Promise.all([
      page.waitForResponse(/classify/),
      page.click('noscript .button, button:text("Classify")'),
    ]);
    expect([answer.status(), answer.headers()['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.textContent('main')).toContain('Bag');
    await page.context().close();
  });

  it('nothing was stopped by the policy, went wrong, or was asked of another machine', () => {
    expect(pages.errors).toEqual([]);
  });
});
