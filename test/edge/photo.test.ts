/** @file The photo pipeline in workerd: the bytes that Node gets. */
import { expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import { preparePhoto } from '#shared/photo/photo.ts';
import { GOLDEN, shirt } from '../fixtures/garments.ts';

it.each(GOLDEN)('a photo %s gives the same bytes as in Node', async (_name, drawing, digest) => {
  expect(await sha256(new Uint8Array(preparePhoto(shirt(drawing).pixels).image))).toBe(digest);
});
