/** @file The memory that a PNG takes, which never shrinks again. */
import { deflateSync } from 'node:zlib';
import { expect, it, vi } from 'vitest';
import { chunk, concat, SIGNATURE } from '../../fixtures/images.ts';
import { header } from '../../fixtures/odd/png-parts.ts';

// A memory of its own: other files of this process have made theirs grow.
vi.resetModules();
const { decoderMemory } = await import('#shared/decode/memory.ts');
const { openDecoder } = await import('../../../train/decoder.ts');

const SIZE = [3000, 2000] as const;

/** Compressed data that is ignored. */
const padding = new Uint8Array(8_000_000);

it('the largest PNG of 16 bits takes the memory of its file and its rows, because its pixels replace them', async () => {
  const [width, height] = SIZE;
  const rows = new Uint8Array(height * (1 + 8 * width));
  // The last pixel is white, and each row adds 1 to the red of the one above.
  rows.fill(255, rows.length - 8);
  for (let y = 0; y < height; y++) rows.set([2, 1], y * (1 + 8 * width));
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

it('the largest interlaced PNG of 16 bits takes no more, because the RGBA of its passes replaces their rows', async () => {
  const [width, height] = SIZE;
  const passes = [
    [8, 8],
    [8, 8],
    [4, 8],
    [4, 4],
    [2, 4],
    [2, 2],
    [1, 2],
  ] as const;
  const rows = passes.map(([across, down]) => new Uint8Array((height / down) * (1 + (8 * width) / across)));
  // The first pixel of each pass is white, and each row of a pass is the one above.
  for (const [i, [across]] of passes.entries()) {
    const rowBytes = 1 + (8 * width) / across;
    rows[i].fill(255, 1, 9);
    for (let at = rowBytes; at < rows[i].length; at += rowBytes) rows[i][at] = 2;
  }
  const file = concat(
    ...[SIGNATURE, chunk('IHDR', header({ colourType: 6, depth: 16, methods: [0, 0, 1], width, height }))],
    ...[chunk('IDAT', deflateSync(concat(...rows))), chunk('IDAT', padding), chunk('IEND')],
  );
  const decoder = await openDecoder();
  const whites = await decoder.decode(file, ({ data }) =>
    [0, 1, 2, 4, height - 2, height - 1].map((y) =>
      Array.from({ length: 9 }, (_, x) => x).filter((x) => data[4 * (y * width + x)] === 255),
    ),
  );
  expect(whites).toEqual([[0, 1, 2, 4], [0], [0, 1], [0, 1, 2], [0, 1], [0]]);
  const largest = 8 * width * height + 8 * width + height * 2;
  expect(decoderMemory().buffer.byteLength).toBeLessThan(largest + padding.length + 1_000_000);
});
