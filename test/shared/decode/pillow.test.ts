/** @file The decoders return the same pixels as Pillow, an independent library (Debian: python3-pil). */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyPixels } from '#shared/decode/pixels.ts';
import { openDecoder } from '../../../train/decoder.ts';
import { jpeg, paint } from '../../fixtures/images.ts';
import { PNG_KINDS, pngOf } from '../../fixtures/images-png.ts';
import { SAMPLE_NAMES, sample } from '../../fixtures/images-samples.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { initJpegEncoder } from './jpeg-encoder.ts';

const PYTHON = '/usr/bin/python3';
const hasPillow = spawnSync(PYTHON, ['-c', 'from PIL import Image']).status === 0;

/**
 * Prints width, height and the RGBA bytes of each file in hexadecimal. Like browsers, it ignores the Exif orientation of WebP.
 * Pillow decodes `1-8.jpg` at an eighth, `2-8.jpg` at a quarter, `4-8.jpg` at half of its size.
 */
const PRINT_PIXELS = `
import sys
from os.path import basename
from PIL import Image, ImageOps
for path in sys.argv[1:]:
    image = Image.open(path)
    if path.endswith('-8.jpg'):
        eighths = int(basename(path)[0])
        image.draft('RGB', (image.width * eighths // 8, image.height * eighths // 8))
    if not path.endswith('.webp'):
        image = ImageOps.exif_transpose(image)
    image = image.convert('RGBA')
    print(image.width, image.height, image.tobytes().hex())
`;

/** Returns the files that this version of Pillow decodes as the standards require. */
async function comparableFiles(): Promise<{ name: string; file: Uint8Array; edge?: number }[]> {
  const samples = SAMPLE_NAMES.filter((name) => !name.endsWith('.avif'));
  // Pillow lacks 16-bit samples, and tRNS for grey of fewer than 8 bits.
  const kinds = PNG_KINDS.filter(
    ({ colourType, depth, hasTransparency }) =>
      depth === 8 || (depth < 8 && !(colourType === 0 && hasTransparency)),
  );
  const pngs = kinds.map(async (kind, i) => ({
    name: `kind${i}.png`,
    file: (await pngOf(kind, 33, 17)).file,
  }));
  const photo = paint(300, 200, (x, y) => [(x * y) & 255, (x * 3) & 255, (y * 5) & 255]);
  return [
    ...samples.map((name) => ({ name, file: sample(name) })),
    ...(await Promise.all(pngs)),
    { name: 'photo.jpg', file: await jpeg(photo, { quality: 80 }) },
    ...(await Promise.all(
      [1, 2, 4].map(async (eighths) => ({
        name: `${eighths}-8.jpg`,
        file: await jpeg(photo, { quality: 80, progressive: eighths === 2 }),
        edge: Math.floor((300 * eighths) / 8),
      })),
    )),
  ];
}

describe.skipIf(!hasPillow)(`decoded pixels${hasPillow ? '' : ' (skipped: install python3-pil)'}`, () => {
  it('differ from those of Pillow by at most 1', async () => {
    await initJpegEncoder();
    const [decoder, files, folder] = [await openDecoder(), await comparableFiles(), temporaryFolder()];
    await Promise.all(files.map(({ name, file }) => writeFile(join(folder, name), file)));
    const paths = files.map(({ name }) => join(folder, name));
    const output = execFileSync(PYTHON, ['-c', PRINT_PIXELS, ...paths], {
      maxBuffer: 2 ** 26,
      encoding: 'utf8',
    });
    const lines = output.trim().split('\n');
    expect(lines).toHaveLength(files.length);
    for (const [i, { name, file, edge }] of files.entries()) {
      const [width, height, hex = ''] = lines[i].split(' ');
      const pixels = await decoder.decode(file, copyPixels, { edge });
      expect([pixels.width, pixels.height], name).toEqual([Number(width), Number(height)]);
      expect(largestDifference(pixels.data, Buffer.from(hex, 'hex')), name).toBeLessThanOrEqual(1);
    }
  });
});

/** Returns the largest difference between two images' RGBA bytes, ignoring the colours of fully transparent pixels. */
function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) {
    const alpha = i | 3;
    if (i !== alpha && a[alpha] === 0 && b[alpha] === 0) continue;
    largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)));
  }
  return largest;
}
