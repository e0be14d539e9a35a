/** @file The try page, /, in Chromium: photos by picker, drop, paste, example and camera; problems; copied code; no JavaScript. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPixels } from '../../../web/picture/link.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { fieldOn } from '../../support/browser/field.ts';
import { type Pages, PHONE, startPages } from '../../support/browser/pages.ts';
import { EXAMPLE_NAMES, imageOfExample } from '../explore/example-images.ts';

let pages: Pages;

const BAG = 'examples/bag.png';

/** Dispatches a drop or a paste of a file on the page, outside the field. */
const transfer = async (page: Page, type: 'drop' | 'paste', path: string) => {
  const bytes = [...(await readFile(path))];
  await page.evaluate(
    ([type, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], 'picture.png', { type: 'image/png' }));
      const options = { bubbles: true, cancelable: true };
      const event =
        type === 'drop'
          ? new DragEvent('drop', { ...options, dataTransfer: data })
          : new ClipboardEvent('paste', { ...options, clipboardData: data });
      document.querySelector('h1')?.dispatchEvent(event);
    },
    [type, bytes] as const,
  );
};

/** Name of the example whose picture shows the field's label. */
const exampleOf = (label: string): string => label.toLowerCase().replace(/\/.*/, '').replace(' ', '-');

describeInBrowser('the try page', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages?.stop());

  it('classifies a picked file, shows the network’s exact input, and outlines the garment', async () => {
    const page = await pages.open('/');
    const { pick, reaches, value } = fieldOn(page);
    await pick(BAG);
    await reaches('answered');
    expect(await value()).toBe('Bag');
    await expect.poll(() => page.locator('fashion-classifier tbody tr').count()).toBe(10);
    const input = [...(await imageOfExample('bag'))];
    const shown = await page.locator('#input').evaluate(async (image: HTMLImageElement) => {
      await image.decode();
      const context = new OffscreenCanvas(28, 28).getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(image, 0, 0);
      return [...context.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0);
    });
    expect(shown).toEqual(input);
    await page.locator('#outline').waitFor();
    // Outside the outline the photo is paler than its file.
    const corner = await page
      .locator('#outline')
      .evaluate((canvas: HTMLCanvasElement) => canvas.getContext('2d')?.getImageData(2, 2, 1, 1).data.join());
    expect(corner).not.toBe('244,241,236,255');
    await page.context().close();
  });

  it('shows the answer for an example in the first window, until the visitor gives a photo', async () => {
    const body = await readFile('examples/trouser.png');
    const response = await fetch(`${pages.origin}/v1/classify?top_k=3&explain=1`, { method: 'POST', body });
    const { predictions, explanation } = await response.json();
    const page = await pages.open('/', { viewport: { width: 1280, height: 800 } });
    const rows = (await page.locator('.steps p.example').innerText()).trim().split('\n');
    expect(rows.map((row) => row.replaceAll(/\s+/g, ' ').trim())).toEqual(
      predictions.map(
        ({ label, score }: { label: string; score: number }) => `${(100 * score).toFixed(2)} % ${label}`,
      ),
    );
    const pixels = (src: string | null) =>
      page.evaluate(async (src) => {
        const image = Object.assign(new Image(), { src });
        await image.decode();
        const context = new OffscreenCanvas(28, 28).getContext('2d') as OffscreenCanvasRenderingContext2D;
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, 28, 28).data.join();
      }, src);
    const shown = await page.locator('img.example').nth(1).getAttribute('src');
    expect(await pixels(shown)).toBe(await pixels(explanation.image));
    const bottoms = await page
      .locator('.steps .example')
      .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().bottom));
    expect(bottoms).toHaveLength(3);
    expect(Math.max(...bottoms)).toBeLessThan(800);
    await fieldOn(page).pick(BAG);
    await expect.poll(() => page.locator('.steps .example').count()).toBe(0);
    await page.context().close();
  });

  it('links to /explore with the network’s input', async () => {
    const page = await pages.open('/');
    const { pick, button } = fieldOn(page);
    const href = async () => (await page.getAttribute('#inside', 'href')) ?? '';
    await pick(BAG);
    await expect.poll(href).toContain('#?image=own&pixels=');
    const pixels = new URLSearchParams((await href()).split('?')[1]).get('pixels') ?? '';
    expect([...readPixels(pixels)]).toEqual([...(await imageOfExample('bag'))]);
    await button('Remove').click();
    await expect.poll(href).toMatch(/\/explore$/);
    expect(await page.isVisible('#input')).toBe(false);
    await page.context().close();
  });

  it('classifies files that are dropped or pasted outside the field', async () => {
    const page = await pages.open('/');
    const { value } = fieldOn(page);
    await transfer(page, 'drop', BAG);
    await expect.poll(value).toBe('Bag');
    await transfer(page, 'paste', 'examples/sandal.png');
    await expect.poll(value).toBe('Sandal');
    await page.context().close();
  });

  it('classifies every example correctly, and marks the example until another photo replaces it', async () => {
    const page = await pages.open('/');
    const { pick, value } = fieldOn(page);
    const pressed = page.locator('[data-example][aria-pressed=true]');
    for (const name of EXAMPLE_NAMES) {
      await page.click(`[data-example="${name}"]`);
      await expect.poll(async () => exampleOf(await value())).toBe(name);
      expect(await pressed.getAttribute('data-example')).toBe(name);
    }
    await pick(BAG);
    await expect.poll(() => pressed.count()).toBe(0);
    await page.context().close();
  });

  it('shows an example’s answer in the window of a phone', async () => {
    const page = await pages.open('/', PHONE);
    const { status, reaches } = fieldOn(page);
    await page.tap('[data-example=trouser]');
    await reaches('answered');
    const bottom = () => status.evaluate((element) => element.getBoundingClientRect().bottom);
    await expect.poll(bottom).toBeLessThan(PHONE.viewport.height / 2);
    await page.context().close();
  });

  it('can be used by keyboard alone', async () => {
    const page = await pages.open('/');
    const focused = () =>
      page.evaluate(() => {
        const { activeElement } = document;
        return activeElement?.id || activeElement?.getAttribute('data-example') || activeElement?.localName;
      });
    const order: (string | null | undefined)[] = [];
    while (order.length < 20 && !order.includes('camera')) {
      await page.keyboard.press('Tab');
      order.push(await focused());
    }
    expect(order).toEqual(expect.arrayContaining([...EXAMPLE_NAMES, 'fashion-classifier', 'camera']));
    await page.focus('[data-example=t-shirt]');
    await page.keyboard.press('Enter');
    await expect.poll(fieldOn(page).value).toBe('T-shirt/top');
    await page.context().close();
  });

  it('classifies a frame of the webcam, and stops the webcam', async () => {
    const page = await pages.open('/');
    await page.click('#camera');
    const video = page.locator('#video');
    await video.evaluate(
      (video: HTMLVideoElement) =>
        video.readyState >= 2 || new Promise((settle) => video.addEventListener('loadeddata', settle)),
    );
    await page.click('#shutter');
    await fieldOn(page).reaches('answered');
    expect(await page.isVisible('#live')).toBe(false);
    expect(await video.evaluate((video: HTMLVideoElement) => video.srcObject)).toBe(null);
    await page.context().close();
  });

  it('offers the field’s camera button, not the webcam, on a phone', async () => {
    const page = await pages.open('/', PHONE);
    expect(await fieldOn(page).button('Take a photo').isVisible()).toBe(true);
    expect(await page.isVisible('#camera')).toBe(false);
    await page.context().close();
  });

  it('reports an example that cannot be loaded, until the next photo', async () => {
    const page = await pages.open('/');
    const problem = page.locator('#problem');
    await page.context().setOffline(true);
    await page.click('[data-example=bag]');
    await expect.poll(() => problem.textContent()).toMatch(/example cannot be loaded/);
    await page.context().setOffline(false);
    await fieldOn(page).pick(BAG);
    await expect.poll(() => problem.textContent()).toBe('');
    await page.context().close();
  });

  it('copies code that contains its own origin', async () => {
    const page = await pages.open('/');
    const index = await (await fetch(`${pages.origin}/field.json`)).json();
    const { url, integrity } = index as { url: string; integrity: string };
    await expect.poll(() => page.textContent('#embed')).toContain(integrity);
    for (const [id, line] of [
      ['curl', `curl --data-binary @photo.jpg \\\n  '${pages.origin}/v1/classify?top_k=3'`],
      [
        'embed',
        `<script type="module" src="${pages.origin}${url}"\n  integrity="${integrity}" crossorigin></script>`,
      ],
    ]) {
      await page.click(`[data-copy=${id}]`);
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain(line);
      expect(await page.textContent('#copied')).toBe('Copied.');
    }
    await page.context().close();
  });

  it('is a form without JavaScript, and hides what needs JavaScript', async () => {
    const page = await pages.open('/', { javaScriptEnabled: false });
    expect(await page.isVisible('#camera')).toBe(false);
    expect(await page.isVisible('[data-example]')).toBe(false);
    expect(await page.isVisible('text=The network scores ten kinds')).toBe(true);
    expect(await page.textContent('.steps p.example')).toContain('Trouser');
    await page.setInputFiles('input[type=file]', BAG);
    const [response] = await Promise.all([
      page.waitForResponse(/classify/),
      page.click('button:text("Classify")'),
    ]);
    expect([response.status(), response.headers()['content-type']]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(await page.textContent('main')).toContain('Bag');
    await page.context().close();
  });

  it('has no errors, no policy violations, and no requests to other origins', () => {
    expect(pages.errors).toEqual([]);
  });
});
