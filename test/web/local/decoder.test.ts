/** @file The decoders return the pixels that Chromium shows, and refuse what Chromium refuses or shows in part. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Decoder } from '#shared/decode/decoder.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import { copyPixels, type Pixels } from '#shared/decode/pixels.ts';
import { openDecoder } from '../../../train/decoder.ts';
import { concat } from '../../fixtures/images.ts';
import { oddPictures } from '../../fixtures/images-odd.ts';
import { sample } from '../../fixtures/images-samples.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { sharedChromium } from '../../support/browser/shared-servers.ts';

let [browser, page]: [Browser?, Page?] = [];
let decoder: Decoder;

/** Returns what an `<img>` shows, or undefined when it fires `error`. Rows that are not shown are transparent. */
async function shownByChromium(bytes: Uint8Array): Promise<Pixels | undefined> {
  const shown = await page?.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([bytes]));
    const isShown = await new Promise((settle) => {
      image.onload = () => settle(true);
      image.onerror = () => settle(false);
    });
    if (!isShown) return undefined;
    const [width, height] = [image.naturalWidth, image.naturalHeight];
    const context = new OffscreenCanvas(width, height).getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.drawImage(image, 0, 0);
    // As text: Playwright passes each number of a list on its own.
    return { width, height, data: context.getImageData(0, 0, width, height).data.join() };
  }, Buffer.from(bytes).toString('base64'));
  return shown && { ...shown, data: Uint8Array.from(shown.data.split(','), Number) };
}

/** Returns whether every pixel is opaque. All pictures of this test are, apart from those with a valid transparency. */
function isWhole({ data }: Pixels): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}

/** Largest difference of a colour: the browser's JPEG decoder smooths edges of subsampled colours in another way. */
const TOLERANCE = 2;

function expectSame(actual: Pixels, expected: Pixels) {
  expect([actual.width, actual.height]).toEqual([expected.width, expected.height]);
  const differences = Array.from(actual.data, (value, i) => Math.abs(value - (expected.data[i] as number)));
  expect(Math.max(...differences)).toBeLessThanOrEqual(TOLERANCE);
}

describeInBrowser('a picture with odd parts', async () => {
  beforeAll(async () => {
    [browser, decoder] = [await sharedChromium(), await openDecoder()];
    page = await browser.newPage();
  });
  afterAll(() => browser?.close());

  const pictures = await oddPictures();
  it.each(pictures.filter(({ refusal }) => !refusal))(
    '$name has the pixels that Chromium shows',
    async ({ bytes }) => {
      const shown = (await shownByChromium(bytes)) as Pixels;
      expect(isWhole(shown)).toBe(true);
      expectSame(await decoder.decode(bytes, copyPixels), shown);
    },
  );

  it.each(pictures.filter(({ refusal }) => refusal))(
    '$name is refused, and Chromium does not show it whole',
    async ({ bytes, refusal }) => {
      const shown = await shownByChromium(bytes);
      expect(shown && isWhole(shown)).not.toBe(true);
      const error = await decoder.decode(bytes, copyPixels).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(ImageError);
      expect((error as ImageError).message).toContain(refusal);
    },
  );
});

// Chromium shows such a JPEG without its last rows.
it.each(['baseline.jpg', 'progressive.jpg', 'grey.jpg', 'cmyk.jpg', 'subsampled.jpg'] as const)(
  '%s has the same pixels without its end marker',
  async (name) => {
    const decoder = await openDecoder();
    const whole = await decoder.decode(sample(name), copyPixels);
    for (const end of [-2, -1]) {
      expect(await decoder.decode(concat(sample(name).subarray(0, end)), copyPixels)).toEqual(whole);
    }
  },
);
