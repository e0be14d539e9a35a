/** @file Large files are decoded in turns. Here every file counts as large, and each pause of a decoder is a turn. */
import { setTimeout } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { DecodeOptions } from '#shared/decode/decoder.ts';
import type { Pixels } from '#shared/decode/pixels.ts';
import { jpeg, paint, png } from '../../fixtures/images.ts';
import { SAMPLE_NAMES, sample } from '../../fixtures/images-samples.ts';
import { initJpegEncoder } from './jpeg-encoder.ts';

vi.resetModules();
vi.doMock('#shared/turn.ts', () => ({ TURN_MS: 0 }));
const { openDecoder } = await import('../../../train/decoder.ts');
const { copyPixels } = await import('#shared/decode/pixels.ts');
vi.doUnmock('#shared/turn.ts');

await initJpegEncoder();
const decoder = await openDecoder();

const atOnce = (file: Uint8Array, options?: DecodeOptions): Promise<Pixels> =>
  decoder.decode(file, copyPixels, options);

/** Decodes a file in turns, and returns its pixels and the number of turns. */
async function inTurns(
  file: Uint8Array,
  options?: DecodeOptions,
): Promise<{ pixels: Pixels; turns: number }> {
  let turns = 0;
  const turn = async () => {
    turns += 1;
    await new Promise((resume) => setImmediate(resume));
  };
  return { pixels: await decoder.decode(file, copyPixels, { ...options, turn }), turns };
}

it.each(SAMPLE_NAMES)('%s has the same pixels in turns', async (name) => {
  const { pixels, turns } = await inTurns(sample(name));
  expect(pixels).toEqual(await atOnce(sample(name)));
  expect(turns).toBeGreaterThan(0);
});

/** 300 × 200 pixels that compress badly. */
const noise = paint(300, 200, (x, y) => [(x * x * 31 + y * 7) & 255, (x * y) & 255, (x + y * y * 13) & 255]);
const samples = Uint8Array.from({ length: 3 * 1000 * 800 }, (_, i) => (Math.imul(i, i) >>> 7) & 255);

it.each([
  ['a JPEG at its full size', () => jpeg(noise, { quality: 90 }), {}, 20],
  ['a JPEG at a half', () => jpeg(noise, { quality: 90 }), { edge: 150 }, 10],
  ['a progressive JPEG at its full size', () => jpeg(noise, { quality: 90, progressive: true }), {}, 100],
  ['a progressive JPEG at a half', () => jpeg(noise, { progressive: true }), { edge: 150 }, 50],
  ['a PNG', () => png(1000, 800, samples, { channels: 3 }), {}, 800],
] as const)('%s takes a turn after each few rows', async (_, encode, options, atLeast) => {
  const file = await encode();
  const { pixels, turns } = await inTurns(file, options);
  expect(pixels).toEqual(await atOnce(file, options));
  expect(turns).toBeGreaterThanOrEqual(atLeast);
});

it('files that are decoded at the same time have their own pixels', async () => {
  const names = [
    'lossy.avif',
    'lossy.webp',
    'plain.png',
    'progressive.jpg',
    'plain.gif',
    'alpha.avif',
  ] as const;
  const together = await Promise.all(names.map((name) => inTurns(sample(name))));
  for (const [i, name] of names.entries()) expect(together[i]?.pixels).toEqual(await atOnce(sample(name)));
});

it('an image that never goes on holds others up for a moment, and cannot change their pixels', async () => {
  const stand = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const turn = () => {
    begun.resolve();
    return stand.promise;
  };
  const lost = decoder.decode(sample('lossy.webp'), copyPixels, { turn });
  await begun.promise;

  const done = vi.fn();
  // One of them takes the memory, and the others wait for it.
  const others = Array.from({ length: 5 }, () => atOnce(sample('plain.png')));
  for (const other of others) other.then(done);
  await setTimeout(10);
  expect(done).not.toHaveBeenCalled();
  const [pixels] = await Promise.all(others);

  stand.resolve();
  await expect(lost).rejects.toThrow('has waited for too long');
  expect(pixels).toEqual(await atOnce(sample('plain.png')));
});

it('an image whose program is busy with other work keeps its place', async () => {
  const first = decoder.decode(sample('lossy.webp'), copyPixels, {
    async turn(onRound) {
      for (let round = 0; round < 200; round++) {
        await setTimeout(1);
        onRound?.();
      }
    },
  });
  const second = atOnce(sample('plain.png'));
  expect(await first).toEqual(await atOnce(sample('lossy.webp')));
  expect(await second).toEqual(await atOnce(sample('plain.png')));
});
