/** @file The field with `mode="local"` and `mode="auto"`: classification on the visitor's device. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { init } from '@jsquash/jpeg/encode.js';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { shirt } from '../../fixtures/garments.ts';
import { jpeg, paint, png } from '../../fixtures/images.ts';
import { sample } from '../../fixtures/images-samples.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import type { Field } from '../../support/browser/field.ts';
import { useRelayedSite } from './relayed-site.ts';

const TROUSER = 'examples/trouser.png';

type Result = Pick<Unpacked, 'predictions'> & { explanation: { image: string } };
describeInBrowser('the field on the device', () => {
  const on = useRelayedSite();

  const policy = () => on.policy.replace('script-src', "script-src 'wasm-unsafe-eval'");

  it('classifies without sending the photo, and says so', async () => {
    const { pick, reaches, value, field } = await on.openField('mode="local"', policy());
    await field.getByText('The photo stays on your device.').waitFor();
    on.relay.uploads = 0;
    const sent: string[] = [];
    on.page.on('request', (request) => request.method() !== 'GET' && sent.push(request.url()));
    await pick(TROUSER);
    await reaches('answered');
    expect([await value(), on.relay.uploads, sent]).toEqual(['Trouser', 0, []]);
    await field.locator('summary').click();
    await field.getByText('Computed on your device.').waitFor();
  });

  it('takes over from an endpoint that does not respond, with mode="auto"', async () => {
    const { pick, reaches, field } = await on.openField('mode="auto"', policy());
    for (let i = 0; i < 4; i++)
      on.relay.refusals.push({ status: 503, type: 'model-unavailable', retryAfter: '80' });
    on.relay.uploads = 0;
    await pick(TROUSER);
    await reaches('answered');
    expect(on.relay.uploads).toBe(1);
    await field.locator('summary').click();
    await field.getByText('Computed on your device.').waitFor();
  });

  it('fails without sending the photo when the page’s policy forbids WebAssembly', async () => {
    const { pick, reaches, status } = await on.openField('mode="local"');
    on.relay.uploads = 0;
    await pick(TROUSER);
    await reaches('failed');
    expect(await status.textContent()).toBe(
      'Your browser could not process the photo. Try again, or use another browser.',
    );
    expect([await on.problems(), on.relay.uploads]).toEqual([['no-local'], 0]);
  });

  it('returns the endpoint’s result for 200 photos, bit for bit', async () => {
    await init(
      await WebAssembly.compile(await readFile('node_modules/@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm')),
    );
    await on.openField('mode="local"', policy());
    const pictures = await twoHundred();
    expect(pictures).toHaveLength(200);
    const differing: string[] = [];
    for (const { name, bytes } of pictures) {
      const [remote, local] = await bothResults(on.page, on.relay.origin, bytes);
      if (JSON.stringify(local) !== JSON.stringify(remote)) differing.push(name);
    }
    expect(differing).toEqual([]);
  });

  it('decodes AVIF with the browser to nearly the endpoint’s pixels', async () => {
    await on.openField('mode="local"', policy());
    const loaded: string[] = [];
    on.page.on('request', (request) => loaded.push(request.url()));
    for (const name of ['irot1.avif', 'imir0.avif', 'irot1-imir1.avif', 'grid.avif', 'grey.avif'] as const) {
      const [remote, local] = await bothResults(on.page, on.relay.origin, sample(name));
      const differences = local.pixels.map((value, i) => Math.abs(value - remote.pixels[i]));
      expect(Math.max(...differences), name).toBeLessThanOrEqual(3);
      const [[theirs], [ours]] = [remote, local].map(({ predictions }) => predictions);
      expect(ours.label, name).toBe(theirs.label);
      expect(Math.abs(ours.score - theirs.score), name).toBeLessThan(0.02);
    }
    expect(loaded.filter((url) => /avif-.*\.wasm/.test(url))).toEqual([]);
  });
});

interface Unpacked {
  /** The picture that the network saw, RGBA. */
  pixels: number[];
  predictions: { label: string; score: number }[];
}

/** Returns the result of the endpoint, and of the field on the device. */
async function bothResults(page: Page, endpoint: string, bytes: Uint8Array): Promise<[Unpacked, Unpacked]> {
  // As text: Playwright passes each number of a list on its own, which takes longer than the classification.
  const both = await page.evaluate(
    async ([bytes, endpoint]) => {
      const field = document.querySelector('fashion-classifier') as Field & {
        classify(file: Blob): Promise<void>;
      };
      await field.classify(new Blob([Uint8Array.from(bytes, (character) => character.charCodeAt(0))]));
      // Both get the bytes that the field uploads, so that a photo is scaled down once.
      const response = await fetch(`${endpoint}/v1/classify?explain=1`, {
        method: 'POST',
        body: field.file as File,
      });
      const { id: _, ...result } = await response.json();
      /** Unpacks the PNG: workerd and Chromium compress the same pixels differently. */
      const unpacked = async ({ explanation: { image, ...explanation }, ...result }: Result) => {
        const binary = atob(image.slice(image.indexOf(',') + 1));
        const png = Uint8Array.from(binary, (character) => character.charCodeAt(0));
        const context = new OffscreenCanvas(28, 28).getContext('2d') as OffscreenCanvasRenderingContext2D;
        context.drawImage(await createImageBitmap(new Blob([png])), 0, 0);
        const pixels = [...context.getImageData(0, 0, 28, 28).data];
        return { ...result, explanation, pixels };
      };
      return JSON.stringify([await unpacked(result), await unpacked(field.result as Result)]);
    },
    [Buffer.from(bytes).toString('latin1'), endpoint] as const,
  );
  return JSON.parse(both);
}

/** Returns up to a hundred photos from PHOTOS_DIR, and drawn images in several formats. */
async function twoHundred(): Promise<{ name: string; bytes: Uint8Array }[]> {
  const pictures: { name: string; bytes: Uint8Array }[] = [];
  const folder = process.env.PHOTOS_DIR;
  const names = folder ? await readdir(folder, { recursive: true }) : [];
  for (const name of names
    .filter((name) => /\.jpe?g$/.test(name))
    .filter((_, i) => i % 2 === 0)
    .slice(0, 100)) {
    pictures.push({ name, bytes: await readFile(join(folder as string, name)) });
  }
  for (let i = 0; pictures.length < 200; i++) {
    const flags = {
      pair: i % 7 === 0,
      light: i % 2 === 0,
      floor: i % 3 === 0,
      print: i % 5 === 0,
      halves: i % 4 === 0,
      cut: i % 11 === 0,
    };
    const { pixels } = shirt(flags);
    // Each image has its own size, so that no two are the same.
    const [width, height] = [120 + i, 160 + i];
    const scaled = paint(width, height, (x, y) => {
      const at =
        4 *
        (Math.floor((y * pixels.height) / height) * pixels.width + Math.floor((x * pixels.width) / width));
      return [pixels.data[at] as number, pixels.data[at + 1] as number, pixels.data[at + 2] as number];
    });
    const bytes =
      i % 3 === 0
        ? await png(width, height, scaled.data, { channels: 4 })
        : await jpeg(scaled, { quality: 80 + (i % 20) });
    pictures.push({ name: `drawn ${i}`, bytes });
  }
  return pictures;
}
