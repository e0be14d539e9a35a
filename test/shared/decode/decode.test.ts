/** @file Bytes of image files → pixels: every kind that is promised looks as others show it, and limits come before work. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { init as initJpegEncoder } from '@jsquash/jpeg/encode.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileDecoder } from '#shared/decode/compile.ts';
import type { Decoder } from '#shared/decode/decoder.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import { MAX_FULL_SIZE_PIXELS } from '#shared/decode/jpeg/codec.ts';
import { MAX_EDGE, MAX_PIXELS, MAX_RATIO } from '#shared/decode/limits.ts';
import { type Orientation, orient } from '#shared/decode/orientation.ts';
import { greyPng, jpeg, paint, png } from '../../fixtures/images.ts';
import { PNG_KINDS, pngOf } from '../../fixtures/images-png.ts';
import {
  corners,
  farthest,
  quartersOf,
  SAMPLE_NAMES,
  type SampleName,
  sample,
} from '../../fixtures/images-samples.ts';

async function read(specifier: string) {
  return new Uint8Array(await readFile(fileURLToPath(import.meta.resolve(specifier))));
}

let decoder: Decoder;
beforeAll(async () => {
  const wasmBinary = await read('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
  await initJpegEncoder({ wasmBinary: wasmBinary.buffer });
  decoder = await compileDecoder(read);
});

async function errorOf(bytes: Uint8Array): Promise<ImageError> {
  const error = await decoder.decode(bytes).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ImageError);
  return error as ImageError;
}

/** What rounding, and the compression of flat quarters at quality 95, may change. */
const TOLERANCE = 3;

describe('a picture of four quarters', () => {
  it.each(SAMPLE_NAMES)('%s shows them where a browser does', async (name) => {
    const pixels = await decoder.decode(sample(name));
    expect(pixels.data).toHaveLength(4 * pixels.width * pixels.height);
    expect(farthest(corners(pixels), quartersOf(name))).toBeLessThanOrEqual(TOLERANCE);
  });

  it('has the size that is shown', async () => {
    const sizeOf = async (name: SampleName) => {
      const { width, height } = await decoder.decode(sample(name));
      return [width, height];
    };
    for (const upright of ['baseline.jpg', 'exif4.jpg', 'plain.png', 'irot2.avif', 'animated.gif'] as const) {
      expect(await sizeOf(upright)).toEqual([24, 16]);
    }
    for (const turned of ['exif5.jpg', 'exif8.jpg', 'exif6.png', 'irot1.avif', 'irot3.avif'] as const) {
      expect(await sizeOf(turned)).toEqual([16, 24]);
    }
  });

  it('stays as transparent as it is', async () => {
    const { data } = await decoder.decode(sample('transparent.gif'));
    expect(data.at(-1)).toBe(0);
    const { data: glass } = await decoder.decode(sample('alpha.png'));
    expect([glass[4 * 23 + 1], glass[4 * 23 + 3]]).toEqual([200, 128]);
  });
});

describe('PNG', () => {
  it.each(PNG_KINDS)(
    'of colour type $colourType and $depth bits, interlaced: $isInterlaced, tRNS: $hasTransparency, decodes exactly',
    async (kind) => {
      for (const [width, height] of [
        [1, 1],
        [9, 5],
        [32, 17],
      ] as const) {
        const { file, rgba } = await pngOf(kind, width, height);
        const pixels = await decoder.decode(file);
        expect([pixels.width, pixels.height]).toEqual([width, height]);
        expect([...pixels.data]).toEqual(rgba);
      }
    },
  );

  it('decodes one byte of any value bit-identical', async () => {
    const { data } = await decoder.decode(await greyPng(16, 16, (x, y) => 16 * y + x));
    expect(Array.from({ length: 256 }, (_, i) => data[4 * i])).toEqual([...Array(256).keys()]);
  });

  it('that compresses badly passes the guard against bombs', async () => {
    const noise = Uint8Array.from(
      { length: 3 * 800 * 600 },
      (_, i) => (Math.imul(i, 2654435761) >>> 11) & 255,
    );
    const file = await png(800, 600, noise, { channels: 3 });
    const { data } = await decoder.decode(file);
    expect([data[4 * 479_999], data[4 * 479_999 + 1]]).toEqual([noise[3 * 479_999], noise[3 * 479_999 + 1]]);
  });
});

describe('a large JPEG', () => {
  const photo = (width: number, height: number) =>
    paint(width, height, (x, y) => [(255 * x) / width, (255 * y) / height, x < width / 2 ? 30 : 220]);

  it.each([false, true])(
    'of 12 megapixels, progressive: %s, is decoded at a quarter',
    async (progressive) => {
      const file = await jpeg(photo(4032, 3024), { quality: 80, progressive });
      const { width, height, data } = await decoder.decode(file);
      expect([width, height]).toEqual([1008, 756]);
      for (const [x, y] of [
        [0, 0],
        [100, 700],
        [900, 50],
        [1007, 755],
      ] as const) {
        const [red = 0, green = 0] = data.slice(4 * (y * width + x));
        expect(Math.abs(red - (255 * x) / width)).toBeLessThan(6);
        expect(Math.abs(green - (255 * y) / height)).toBeLessThan(6);
      }
    },
    30_000,
  );

  it('is reduced no more than it must be', async () => {
    const sizeOf = async (width: number, height: number) => {
      const pixels = await decoder.decode(await jpeg(photo(width, height), { quality: 50 }));
      return [pixels.width, pixels.height];
    };
    expect(await sizeOf(2000, MAX_FULL_SIZE_PIXELS / 2000)).toEqual([2000, 1000]);
    expect(await sizeOf(2000, MAX_FULL_SIZE_PIXELS / 2000 + 1)).toEqual([1000, 501]);
    expect(await sizeOf(1601, 1601)).toEqual([801, 801]);
  });

  it('is turned, too', async () => {
    const file = await jpeg(photo(2400, 1600), { quality: 50 });
    // The Exif segment of a sample, behind the start marker.
    const turned = sample('exif6.jpg');
    const start = turned.findIndex((byte, i) => byte === 0xff && turned[i + 1] === 0xe1);
    const end = start + 2 + ((turned[start + 2] ?? 0) << 8) + (turned[start + 3] ?? 0);
    const { width, height } = await decoder.decode(
      Uint8Array.of(...file.subarray(0, 2), ...turned.subarray(start, end), ...file.subarray(2)),
    );
    expect([width, height]).toEqual([800, 1200]);
  });
});

describe('limits', () => {
  const claim = (width: number, height: number) => png(1, 1, [0], { channels: 1, claim: { width, height } });

  it('say what is allowed and what was found', async () => {
    expect(await errorOf(await claim(3000, 2001))).toMatchObject({
      fault: 'too-large',
      limit: MAX_PIXELS.png,
      actual: 6_003_000,
      message:
        'the image is too large: expected at most 6000000 pixels for PNG, got 3000 × 2001 pixels. ' +
        'Scale the image down; the network uses 28 × 28 pixels of it.',
    });
    expect(await errorOf(await claim(1, MAX_EDGE + 1))).toMatchObject({
      limit: MAX_EDGE,
      actual: MAX_EDGE + 1,
    });
  });

  it('keep out what is too narrow to show anything', async () => {
    expect((await decoder.decode(await greyPng(MAX_RATIO, 1, () => 9))).width).toBe(MAX_RATIO);
    expect((await errorOf(await greyPng(1, MAX_RATIO + 1, () => 9))).message).toContain('too narrow');
  });
});

describe('what is no image that is read', () => {
  const text = (characters: string) => Uint8Array.from(characters, (character) => character.charCodeAt(0));
  it.each([
    ['', 'no bytes'],
    ['hello, world', '12 bytes of an unknown format'],
    ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'HEIC. Convert the image to JPEG or PNG.'],
    ['\0\0\0\x14ftypisom\0\0\0\0isom', 'a video'],
    ['II*\0', 'TIFF or a raw photo'],
    ['<?xml version="1.0"?>\n<svg/>', 'SVG'],
    ['<!doctype html>', 'HTML'],
    ['%PDF-1.4', 'PDF'],
    ['data:image/png;base64,iVBORw0KGgo=', 'Base64 text. Send the decoded bytes.'],
  ])('%j is named', async (bytes, name) => {
    const { fault, message } = await errorOf(text(bytes));
    expect(fault).toBe('unsupported');
    expect(message).toContain('expected the bytes of a JPEG, PNG, WebP, AVIF or GIF file');
    expect(message).toContain(name);
  });
});

it('decoding leaves no global behind', async () => {
  // The encoder leaves one.
  Reflect.deleteProperty(globalThis, 'ImageData');
  const decoder = await compileDecoder(read);
  for (const name of ['baseline.jpg', 'plain.png', 'lossy.webp', 'lossy.avif', 'plain.gif'] as const) {
    await decoder.decode(sample(name));
  }
  expect('ImageData' in globalThis).toBe(false);
});

it('pixels stay as they are while the decoder goes on', async () => {
  for (const [name, other] of [
    ['plain.png', 'exif6.png'],
    ['baseline.jpg', 'grey.jpg'],
    ['lossy.webp', 'alpha.webp'],
    ['lossy.avif', 'grey.avif'],
    ['plain.gif', 'transparent.gif'],
  ] as const) {
    const { data } = await decoder.decode(sample(name));
    const before = data.slice();
    await decoder.decode(sample(other));
    expect(data).toEqual(before);
  }
});

it('an orientation and its inverse cancel', () => {
  const image = paint(5, 3, (x, y) => [x, y, 7]);
  const inverses: [Orientation, Orientation][] = [
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
    [5, 5],
    [6, 8],
    [7, 7],
    [8, 6],
  ];
  for (const [orientation, inverse] of inverses) {
    expect(orient(orient(image, orientation), inverse)).toEqual(image);
  }
});

/** Debian's python3-pil: other people's decoders (libjpeg-turbo, libwebp, zlib) and their own of GIF. */
const PYTHON = '/usr/bin/python3';
const hasPil = spawnSync(PYTHON, ['-c', 'from PIL import Image']).status === 0;

/** Turns as Exif says and prints width, height and the RGBA bytes of each file, in hexadecimal. */
const PIL_DECODES = `
import sys
from PIL import Image, ImageOps
for path in sys.argv[1:]:
    image = ImageOps.exif_transpose(Image.open(path)).convert('RGBA')
    print(image.width, image.height, image.tobytes().hex())
`;

import { temporaryFolder } from '../../support/temporary-folder.ts';

/** What this PIL reads as the standards say: no AVIF, no 16 bits, and no transparent grey of fewer than 8. */
const samplesForPil = SAMPLE_NAMES.filter((name) => !name.endsWith('.avif'));
const kindsForPil = PNG_KINDS.filter(
  ({ colourType, depth, hasTransparency }) =>
    depth === 8 || (depth < 8 && !(colourType === 0 && hasTransparency)),
);

describe.skipIf(!hasPil)(`pixels beside PIL's${hasPil ? '' : ' (skipped: install python3-pil)'}`, () => {
  it('are the same', async () => {
    const folder = temporaryFolder();
    const files = [
      ...samplesForPil.map((name) => ({ name, file: sample(name) })),
      ...(await Promise.all(
        kindsForPil.map(async (kind, i) => ({
          name: `kind${i}.png`,
          file: (await pngOf(kind, 33, 17)).file,
        })),
      )),
      {
        name: 'photo.jpg',
        file: await jpeg(
          paint(300, 200, (x, y) => [(x * y) & 255, (x * 3) & 255, (y * 5) & 255]),
          { quality: 80 },
        ),
      },
    ];
    await Promise.all(files.map(({ name, file }) => writeFile(join(folder, name), file)));
    const paths = files.map(({ name }) => join(folder, name));
    const lines = execFileSync(PYTHON, ['-c', PIL_DECODES, ...paths], {
      maxBuffer: 2 ** 26,
      encoding: 'utf8',
    });
    for (const [i, line] of lines.trim().split('\n').entries()) {
      const { name, file } = files[i] as (typeof files)[number];
      const [width, height, hex = ''] = line.split(' ');
      const ours = await decoder.decode(file);
      expect([ours.width, ours.height], name).toEqual([Number(width), Number(height)]);
      const theirs = Buffer.from(hex, 'hex');
      expect(mostApart(ours.data, theirs), name).toBeLessThanOrEqual(1);
    }
    expect(lines.trim().split('\n')).toHaveLength(files.length);
  }, 30_000);
});

/** The most by which two images differ, where they are not wholly transparent. */
function mostApart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) {
    const alpha = i | 3;
    if (i !== alpha && a[alpha] === 0 && b[alpha] === 0) continue;
    most = Math.max(most, Math.abs((a[i] as number) - (b[i] as number)));
  }
  return most;
}
