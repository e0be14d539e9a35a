import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IMAGE_PIXELS, IMAGE_SIZE } from '#shared/input/garment/size.ts';
import { boundsOf, emptyCutout } from '../../../../../train/dataset/fashion-mnist/augment/cutout.ts';
import { place } from '../../../../../train/dataset/fashion-mnist/augment/place.ts';
import { placeObject } from '../../../../shared/input/garment/reference/placement.ts';

it('computes the same image as shared/input/garment/placement.ts, for any box', () => {
  const size = 48;
  const edge = fc.nat(size - 1);
  const noise = fc.uint8Array({ minLength: size * size, maxLength: size * size });
  fc.assert(
    fc.property(edge, edge, edge, edge, noise, (x0, x1, y0, y1, grey) => {
      const [left, right] = [Math.min(x0, x1), Math.max(x0, x1) + 1];
      const [top, bottom] = [Math.min(y0, y1), Math.max(y0, y1) + 1];
      const scene = emptyCutout(size);
      const mask = new Uint8Array(size * size);
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const i = y * size + x;
          mask[i] = 1;
          scene.alpha[i] = 1;
          scene.grey[i] = grey[i] / 255;
        }
      }
      const bounds = boundsOf(scene);
      expect(bounds).toEqual({ left, top, right, bottom });
      const image = emptyCutout(IMAGE_SIZE);
      place(scene, bounds, new Float32Array(size * size), image);

      const intensity = Float32Array.from(grey, (value, i) => mask[i] * value);
      const box = { left, top, width: right - left, height: bottom - top };
      const expected = placeObject(intensity, size, box);
      for (let i = 0; i < IMAGE_PIXELS; i++) {
        expect(Math.abs(255 * image.grey[i] - expected[i])).toBeLessThan(0.51);
      }
    }),
    { numRuns: 50 },
  );
});
