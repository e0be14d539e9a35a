/** @file PNG and JPEG bytes → pixels: every kind that is promised, limits before work, and damage that stays harmless. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { init as initJpegEncoder } from '@jsquash/jpeg/encode.js';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileDecoders, createDecoder, type Decoder } from '#shared/decode/decoder.ts';
import { MAX_EDGE, MAX_PIXELS, readHeader } from '#shared/decode/header.ts';
import { ImageError, type ImageFault } from '#shared/decode/image-error.ts';
import { greyPng, jpeg, paint, png, withOrientation } from '../fixtures/images.ts';

async function read(specifier: string) {
  return new Uint8Array(await readFile(fileURLToPath(import.meta.resolve(specifier))));
}

let decoder: Decoder;
beforeAll(async () => {
  const wasmBinary = await read('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
  await initJpegEncoder({ wasmBinary: wasmBinary.buffer });
  decoder = createDecoder(await compileDecoders(read));
});

async function faultOf(bytes: Uint8Array): Promise<ImageFault | 'none'> {
  try {
    await decoder.decode(bytes);
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(ImageError);
    return (error as ImageError).fault;
  }
}

describe('PNG', () => {
  it.each([
    { channels: 1, depth: 8, sample: [200], rgba: [200, 200, 200, 255] },
    { channels: 1, depth: 16, sample: [0xc8c8], rgba: [200, 200, 200, 255] },
    { channels: 2, depth: 8, sample: [200, 128], rgba: [200, 200, 200, 128] },
    { channels: 3, depth: 8, sample: [10, 20, 30], rgba: [10, 20, 30, 255] },
    { channels: 3, depth: 16, sample: [0x0a0a, 0x1414, 0x1e1e], rgba: [10, 20, 30, 255] },
    { channels: 4, depth: 8, sample: [10, 20, 30, 40], rgba: [10, 20, 30, 40] },
  ] as const)('of $channels channels and $depth bits decodes exactly', async ({ sample, rgba, ...kind }) => {
    const { width, height, data } = await decoder.decode(await png(3, 2, Array(6).fill(sample).flat(), kind));
    expect({ width, height }).toEqual({ width: 3, height: 2 });
    expect([...data]).toEqual(Array(6).fill(rgba).flat());
  });

  it('decodes one byte of any value bit-identical', async () => {
    const { data } = await decoder.decode(await greyPng(16, 16, (x, y) => 16 * y + x));
    expect(Array.from({ length: 256 }, (_, i) => data[4 * i])).toEqual(
      Array.from({ length: 256 }, (_, i) => i),
    );
  });
});

describe('JPEG', () => {
  const halves = paint(32, 16, (x) => (x < 16 ? [250, 10, 10] : [10, 10, 250]));

  it.each([{ progressive: false }, { progressive: true }])(
    'with progressive: $progressive decodes',
    async (options) => {
      const { width, height, data } = await decoder.decode(await jpeg(halves, options));
      expect({ width, height, bytes: data.length }).toEqual({ width: 32, height: 16, bytes: 4 * 32 * 16 });
      expect(Math.abs((data[0] ?? 0) - 250)).toBeLessThan(8);
      expect(Math.abs((data[4 * 31 + 2] ?? 0) - 250)).toBeLessThan(8);
    },
  );

  it('is turned as its EXIF orientation says', async () => {
    const file = await jpeg(halves);
    const turned = await decoder.decode(withOrientation(file, 6)); // 6: turn by 90° clockwise
    expect([turned.width, turned.height]).toEqual([16, 32]);
    const [top, bottom] = [turned.data[4 * 8], turned.data[4 * (31 * 16 + 8)]];
    expect(top).toBeGreaterThan(200); // left (red) became top
    expect(bottom).toBeLessThan(60);
  });

  it('leaves no global behind', async () => {
    const file = await jpeg(halves);
    Reflect.deleteProperty(globalThis, 'ImageData'); // the encoder leaves one
    await decoder.decode(file);
    expect('ImageData' in globalThis).toBe(false);
  });
});

describe('limits', () => {
  it('are checked from the header, before the data is looked at', async () => {
    const claim = (width: number, height: number) =>
      png(1, 1, [0], { channels: 1, claim: { width, height } });
    expect(await faultOf(await claim(4000, 4001))).toBe('too-large');
    expect(await faultOf(await claim(MAX_EDGE + 1, 1))).toBe('too-large');
    expect(await faultOf(await claim(0xffffffff, 0xffffffff))).toBe('too-large');
    expect(await faultOf(await claim(0, 10))).toBe('damaged');
    expect(await faultOf(await claim(2, 2))).toBe('damaged');
  });

  it('say what is allowed and what was found', async () => {
    const file = await png(1, 1, [0], { channels: 1, claim: { width: 5000, height: 5000 } });
    expect(() => readHeader(file)).toThrow(
      expect.objectContaining({ limit: MAX_PIXELS, actual: 25_000_000 }),
    );
  });
});

describe('what is no image', () => {
  const text = (s: string) => new TextEncoder().encode(s);
  it.each([
    ['nothing', new Uint8Array()],
    ['text', text('hello')],
    ['GIF', text('GIF89a\x01\x00\x01\x00')],
    ['WebP', text('RIFF\x00\x00\x00\x00WEBPVP8 ')],
    ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a PNG signature broken by newline conversion', text('\x89PNG\n\x1a\n')],
  ])('%s is unsupported', async (_name, bytes) => {
    expect(await faultOf(bytes)).toBe('unsupported');
  });

  it('a JPEG with four components is unsupported', async () => {
    const file = await jpeg(paint(8, 8, () => [1, 2, 3]));
    const frame = file.findIndex((byte, i) => byte === 0xff && file[i + 1] === 0xc0);
    file[frame + 9] = 4;
    expect(await faultOf(file)).toBe('unsupported');
  });
});

describe('damage', () => {
  const noise = paint(40, 30, (x, y) => [(x * 37 + y * 101) % 256, (x * 73) % 256, (y * 59) % 256]);

  it('a file cut off anywhere is refused', async () => {
    const files = [
      await png(40, 30, noise.data, { channels: 4 }),
      await jpeg(noise),
      await jpeg(noise, { progressive: true }),
    ];
    for (const file of files) {
      for (let cut = 8; cut < file.length - 12; cut += 23) {
        expect(await faultOf(file.slice(0, cut)), `${cut} of ${file.length}`).not.toBe('none');
      }
    }
  });

  it('flipped bits give pixels or an ImageError, and the next image decodes as before', async () => {
    const files = [await png(40, 30, noise.data, { channels: 4 }), await jpeg(noise)];
    const sound = await Promise.all(files.map((file) => decoder.decode(file)));
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.nat(1), flips, async (which, flips) => {
        const file = files[which]?.slice() ?? new Uint8Array();
        for (const [at, bit] of flips) file[at % file.length] = (file[at % file.length] ?? 0) ^ (1 << bit);
        await faultOf(file);
      }),
      { numRuns: 400 },
    );
    expect(await Promise.all(files.map((file) => decoder.decode(file)))).toEqual(sound);
  });
});
