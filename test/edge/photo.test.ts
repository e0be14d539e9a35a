/** @file The photo pipeline in workerd has the same result as in Node. */
import { expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import kernels from '#shared/input/garment/build/photo.wasm?module';
import { photoPipeline } from '#shared/input/garment/photo.ts';
import { GOLDEN } from '../fixtures/garments.ts';

const preparePhoto = photoPipeline(kernels);

it.each(GOLDEN)('%s has the same bytes as in Node', async (_name, draw, digest) => {
  expect(await sha256(new Uint8Array(preparePhoto(draw()).image))).toBe(digest);
});
