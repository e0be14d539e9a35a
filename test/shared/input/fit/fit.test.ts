/** @file Fitted pictures have the bytes that Pillow, an independent library (Debian: python3-pil), computes as torchvision calls it. */
import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pixels } from '#shared/decode/pixels.ts';
import { type Frame, fitPicture } from '#shared/input/fit/fit.ts';
import { Generator } from '../../../../train/random.ts';

const PYTHON = '/usr/bin/python3';
const hasPillow = spawnSync(PYTHON, ['-c', 'from PIL import Image']).status === 0;

/**
 * Reads one JSON object per line and prints the fitted bytes in hexadecimal. Sizes, crop and padding are those of torchvision's
 * `Resize`, `CenterCrop` and `center_crop`'s padding (torchvision/transforms/functional.py).
 */
const FIT = `
import json, sys
from PIL import Image
for line in sys.stdin:
    job = json.loads(line)
    w, h = job['width'], job['height']
    channels, fh, fw = job['shape']
    picture = Image.frombytes('RGBA', (w, h), bytes.fromhex(job['data']))
    white = Image.new('RGB', (w, h), 'white')
    white.paste(picture, mask=picture.getchannel('A'))
    if channels == 1:
        white = white.convert('L')
    wide = w * fh > h * fw
    if wide == (job['mode'] == 'contain'):
        size = (fw, int(fw * h / w))
    else:
        size = (int(fh * w / h), fh)
    least = (fw, fh) if job['mode'] == 'cover' else (1, 1)
    size = (max(size[0], least[0]), max(size[1], least[1]))
    scaled = white.resize(size, Image.BILINEAR)
    if job['mode'] == 'cover':
        left = int(round((size[0] - fw) / 2.0))
        top = int(round((size[1] - fh) / 2.0))
        fitted = scaled.crop((left, top, left + fw, top + fh))
    else:
        fitted = Image.new(scaled.mode, (fw, fh), 'white')
        fitted.paste(scaled, ((fw - size[0]) // 2, (fh - size[1]) // 2))
    print(b''.join(band.tobytes() for band in fitted.split()).hex())
`;

/** Draws a smooth picture with noise, whose pixels are partly transparent unless it is opaque. */
function picture(width: number, height: number, seed: number, opaque: boolean): Pixels {
  const random = Generator.seeded(seed);
  const data = Uint8Array.from({ length: 4 * width * height }, (_, i) => {
    if (i % 4 === 3) return opaque ? 255 : random.random() & 255;
    return (i / width + (random.random() & 63)) & 255;
  });
  return { width, height, data };
}

describe.skipIf(!hasPillow)(`fitPicture${hasPillow ? '' : ' (skipped: install python3-pil)'}`, () => {
  it('returns the bytes that Pillow computes for torchvision’s Resize and CenterCrop, and for padding', () => {
    const size = { width: fc.integer({ min: 1, max: 90 }), height: fc.integer({ min: 1, max: 90 }) };
    const fit = fc.record({
      shape: fc.tuple(
        fc.constantFrom(1, 3),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
      ),
      mode: fc.constantFrom('cover' as const, 'contain' as const),
    });
    const cases: { pixels: Pixels; fit: Frame }[] = [
      ...(['cover', 'contain'] as const).flatMap((mode) => [
        { pixels: picture(400, 533, 1, true), fit: { shape: [3, 64, 64], mode } },
        { pixels: picture(533, 401, 2, true), fit: { shape: [1, 28, 28], mode } },
        { pixels: picture(64, 64, 3, true), fit: { shape: [3, 64, 64], mode } },
        { pixels: picture(1, 28, 4, false), fit: { shape: [3, 64, 64], mode } },
      ]),
      ...fc
        .sample(fc.record({ ...size, seed: fc.nat(), opaque: fc.boolean(), fit }), { numRuns: 200, seed: 7 })
        .map(({ width, height, seed, opaque, fit }) => ({
          pixels: picture(width, height, seed, opaque),
          fit,
        })),
    ];
    const lines = cases.map(({ pixels: { width, height, data }, fit }) =>
      JSON.stringify({ width, height, ...fit, data: Buffer.from(data).toString('hex') }),
    );
    const output = execFileSync(PYTHON, ['-c', FIT], {
      input: lines.join('\n'),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    const expected = output.trim().split('\n');
    expect(expected).toHaveLength(cases.length);
    for (const [i, { pixels, fit }] of cases.entries()) {
      const name = `${pixels.width} × ${pixels.height} → ${fit.shape.join(' × ')}, ${fit.mode}`;
      expect(Buffer.from(fitPicture(pixels, fit)).toString('hex'), name).toBe(expected[i]);
    }
  });
});

describe('fitPicture', () => {
  const red = {
    width: 2,
    height: 4,
    data: Uint8Array.from({ length: 32 }, (_, i) => (i % 4 === 0 || i % 4 === 3 ? 255 : 0)),
  };

  it('returns the channels one after the other', () => {
    expect([...fitPicture(red, { shape: [3, 1, 2], mode: 'cover' })]).toEqual([255, 255, 0, 0, 0, 0]);
    expect([...fitPicture(red, { shape: [1, 1, 2], mode: 'cover' })]).toEqual([76, 76]);
  });

  it('pads with white when the whole picture is kept', () => {
    expect([...fitPicture(red, { shape: [3, 2, 2], mode: 'contain' })].slice(4, 8)).toEqual([0, 255, 0, 255]);
  });
});
