/** @file Golden vectors: images that need no data set, with the output of a model for them. */
import type { Manifest } from '#shared/manifest.ts';
import { type Shape, sizeOf } from '#shared/model/spec.ts';
import { Generator } from '../random.ts';

/** Most bytes of images in a manifest, which every isolate reads. A larger image is the only one. */
const MOST_BYTES = 2 ** 17;

/** Makes three images [channels, height, width]: noise, a ramp, a disc. */
export function goldenImages(shape: Shape): Uint8Array<ArrayBuffer>[] {
  const noise = Generator.seeded(0);
  const [, height, width] = shape;
  const image = (value: (x: number, y: number) => number) =>
    Uint8Array.from({ length: sizeOf(shape) }, (_, i) => value(i % width, Math.floor(i / width) % height));
  return [
    image(() => noise.random() & 0xff),
    image((x) => (x * 9) & 0xff),
    image((x, y) => (Math.hypot(x - (width - 1) / 2, y - (height - 1) / 2) < (10 * width) / 28 ? 200 : 0)),
  ];
}

/** Returns the golden vectors of a manifest: as many of the images as it has room for. @param outputs of the images, in their order */
export function goldenVectors(
  images: readonly Uint8Array[],
  outputs: readonly Float32Array[],
): Manifest['golden']['vectors'] {
  const count = Math.max(1, Math.floor(MOST_BYTES / images[0].length));
  return images
    .slice(0, count)
    .map((image, i) => ({ pixels: Buffer.from(image).toString('base64'), logits: [...outputs[i]] }));
}
