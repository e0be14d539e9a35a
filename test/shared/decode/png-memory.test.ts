/** @file The memory that a PNG takes, which never shrinks again. */
import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { decoderMemory } from '#shared/decode/memory.ts';
import { openDecoder } from '../../../train/decoder.ts';
import { chunk, concat, SIGNATURE } from '../../fixtures/images.ts';
import { header } from '../../fixtures/odd/png-parts.ts';

it('the largest PNG of 16 bits takes the memory of its file and its rows, because its pixels replace them', async () => {
  const [width, height] = [3000, 2000];
  const rows = new Uint8Array(height * (1 + 8 * width));
  // The last pixel is white, and each row adds 1 to the red of the one above.
  rows.fill(255, rows.length - 8);
  for (let y = 0; y < height; y++) rows.set([2, 1], y * (1 + 8 * width));
  const padding = new Uint8Array(8_000_000);
  const file = concat(
    ...[SIGNATURE, chunk('IHDR', header({ colourType: 6, depth: 16, width, height }))],
    ...[chunk('IDAT', deflateSync(rows)), chunk('IDAT', padding), chunk('IEND')],
  );
  const decoder = await openDecoder();
  const pixels = await decoder.decode(file, ({ data }) => [
    ...[0, 1, 255, 256, height - 1].map((y) => data[4 * y * width]),
    ...data.slice(-4),
  ]);
  expect(pixels).toEqual([1, 2, 0, 1, height % 256, 255, 255, 255, 255]);
  expect(decoderMemory().buffer.byteLength).toBeLessThan(rows.length + padding.length + 1_000_000);
});
