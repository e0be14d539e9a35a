/** @file The decoders in workerd: the same pixels and errors as in Node, and valid images after damaged ones. */
import { env, withEnv } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { ImageError } from '#shared/decode/image-error.ts';
import { copyPixels } from '#shared/decode/pixels.ts';
import { FIT_VERSION, fitPicture } from '#shared/input/fit/fit.ts';
import kernels from '#shared/input/garment/build/photo.wasm?module';
import { PHOTO_PIPELINE, photoPipeline } from '#shared/input/garment/photo.ts';
import { GARMENT_INPUT } from '#shared/input/prepare.ts';
import type { PictureInput } from '#shared/input/preprocessing.ts';
import type { ClassifyBatchResponse } from '../../../edge/api/v1/responses.ts';
import { decoder, prepareFile } from '../../../edge/decode/decoder.ts';
import type { default as DecodeWorker } from '../../../edge/decode/worker.ts';
import { jpeg, paint } from '../../fixtures/images.ts';
import { flipped, hostileFiles } from '../../fixtures/images-hostile.ts';
import { oddPictures } from '../../fixtures/images-odd.ts';
import { corners, farthest, quartersOf, SAMPLE_NAMES, sample } from '../../fixtures/images-samples.ts';
import { problemOf } from '../support/callers.ts';
import { initJpegEncoder } from '../support/jpeg-encoder.ts';
import { isolate, tinyRelease } from '../support/tiny.ts';

async function outcomeOf(bytes: Uint8Array): Promise<string> {
  try {
    const { width, height, data } = await decoder.decode(bytes, copyPixels);
    expect(data).toHaveLength(4 * width * height);
    return 'pixels';
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return error.fault;
  }
}

describe('a picture of four quarters', () => {
  it.each(SAMPLE_NAMES)('%s has them where a browser shows them', async (name) => {
    expect(
      farthest(corners(await decoder.decode(sample(name), copyPixels)), quartersOf(name)),
    ).toBeLessThanOrEqual(3);
  });
});

describe('a hostile file', async () => {
  it.each(await hostileFiles())('$name: $outcome', async ({ bytes, outcome }) => {
    const actual = await outcomeOf(bytes);
    if (outcome !== 'any') expect(actual).toBe(outcome);
  });

  it('does not break the decoders', async () => {
    for (const name of SAMPLE_NAMES) {
      for (const file of flipped(name, 5)) await outcomeOf(file);
      for (let length = 0; length < sample(name).length; length += 50)
        await outcomeOf(sample(name).slice(0, length));
      expect(
        farthest(corners(await decoder.decode(sample(name), copyPixels)), quartersOf(name)),
      ).toBeLessThanOrEqual(3);
    }
  });
});

it.each(SAMPLE_NAMES)(
  '%s is decoded from a view of a buffer that is too large for a call between Workers',
  async (name) => {
    const file = sample(name);
    const body = new Uint8Array(40 * 2 ** 20);
    body.set(file, 1000);
    const pixels = await decoder.decode(body.subarray(1000, 1000 + file.length), copyPixels);
    expect(farthest(corners(pixels), quartersOf(name))).toBeLessThanOrEqual(3);
  },
);

describe('a picture with odd parts', async () => {
  it.each(await oddPictures())('$name: $refusal', async ({ bytes, refusal }) => {
    if (!refusal) expect(await outcomeOf(bytes)).toBe('pixels');
    else await expect(decoder.decode(bytes, copyPixels)).rejects.toThrow(refusal);
  });
});

describe('a picture that another Worker decodes', () => {
  const preparePhoto = photoPipeline(kernels);
  const { DECODE } = env as unknown as { DECODE: Service<DecodeWorker> };

  it.each(['lossy.webp', 'alpha.webp', 'lossy.avif', 'irot1.avif', 'exif6.webp'] as const)(
    '%s is prepared there as it is here',
    async (name) => {
      const here = await decoder.decode(sample(name), (pixels) => preparePhoto(pixels));
      expect(await prepareFile(sample(name), GARMENT_INPUT)).toEqual(here);
    },
  );

  it('passes on what the decoder warns of', async () => {
    const { warnings } = await prepareFile(sample('exif6.webp'), GARMENT_INPUT);
    expect(warnings).toContain('ignored-orientation');
  });

  it('is scaled there as it is here', async () => {
    const fit: PictureInput = {
      preprocessing: { kind: 'fit', version: FIT_VERSION, mode: 'cover' },
      shape: [3, 20, 30],
    };
    const here = await decoder.decode(sample('lossy.webp'), (pixels) =>
      fitPicture(pixels, { shape: fit.shape, mode: 'cover' }),
    );
    const { image, steps } = await prepareFile(sample('lossy.webp'), fit);
    expect(image).toEqual(here);
    expect(steps).toEqual([{ step: 'fit', mode: 'cover' }]);
  });

  it('is not prepared there by another version of the code', async () => {
    const preprocessing = { kind: 'fit', version: FIT_VERSION + 1, mode: 'cover' } as const;
    const other: PictureInput = { preprocessing, shape: [3, 20, 30] };
    expect(await DECODE.prepare('webp', sample('lossy.webp'), other)).toEqual({});
  });

  it('is prepared for an API Worker that names only its version of the photo pipeline', async () => {
    const { photo } = await DECODE.prepare('webp', sample('lossy.webp'), PHOTO_PIPELINE);
    expect(photo).toEqual(await prepareFile(sample('lossy.webp'), GARMENT_INPUT));
    expect(await DECODE.prepare('webp', sample('lossy.webp'), PHOTO_PIPELINE + 1)).toEqual({});
  });

  it('is refused with the same error', async () => {
    const damaged = sample('lossy.avif').slice(0, -9);
    await expect(prepareFile(damaged, GARMENT_INPUT)).rejects.toThrow(ImageError);
  });
});

describe("the decoders' Worker", () => {
  const fail = () => Promise.reject(new Error('Worker exceeded CPU time limit.'));
  const DECODE = { cost: fail, prepare: fail, decode: fail };
  const send = async (body: BodyInit) => {
    const worker = isolate(await tinyRelease(1));
    const classify = () => worker.send('/v1/classify', { method: 'POST', body });
    return withEnv({ ...env, DECODE }, classify) as Promise<Response>;
  };

  it('refuses a file on which it ends as a damaged image', async () => {
    const problem = await problemOf(await send(sample('lossy.webp')));
    expect(problem).toMatchObject({ type: 'damaged-image', status: 422 });
    await expect(
      withEnv({ ...env, DECODE }, () => decoder.decode(sample('lossy.avif'), copyPixels)),
    ).rejects.toThrow('the decoder has failed');
  });

  it('refuses no other image of a batch', async () => {
    const form = new FormData();
    for (const name of ['lossy.webp', 'plain.png'] as const)
      form.append('image', new File([sample(name)], name));
    const { results } = await (await send(form)).json<ClassifyBatchResponse>();
    expect(results).toMatchObject([{ problem: { status: 422 } }, { predictions: { length: 10 } }]);
  });
});

describe('a JPEG for a model of garments', async () => {
  await initJpegEncoder();
  const preparePhoto = photoPipeline(kernels);
  const GARMENT = { left: 150, top: 120, width: 180, height: 300 };
  const file = await jpeg(
    paint(480, 640, (x, y) => {
      const [fromLeft, fromTop] = [x - GARMENT.left, y - GARMENT.top];
      const isInside = fromLeft >= 0 && fromLeft < GARMENT.width && fromTop >= 0 && fromTop < GARMENT.height;
      return isInside ? [30, 50, 120] : [210, 205, 195];
    }),
  );
  const inputOf = (version: number): PictureInput => ({
    ...GARMENT_INPUT,
    preprocessing: { kind: 'garment', version },
  });

  it('is decoded at the smallest scale that the photo pipeline needs', async () => {
    const reduced = await decoder.decode(file, (pixels) => preparePhoto(pixels), { edge: 192 });
    expect(await prepareFile(file, inputOf(PHOTO_PIPELINE))).toEqual(reduced);
  });

  it('is decoded at full size for a model of the version before', async () => {
    const whole = await decoder.decode(file, (pixels) => preparePhoto(pixels));
    expect(await prepareFile(file, inputOf(2))).toEqual(whole);
  });

  it('has the box of its garment in pixels of the whole picture', async () => {
    const { box } = await prepareFile(file, inputOf(PHOTO_PIPELINE));
    for (const side of ['left', 'top', 'width', 'height'] as const)
      expect(Math.abs((box?.[side] ?? 0) - GARMENT[side]), side).toBeLessThan(8);
  });
});

it('concurrent requests decode independently', async () => {
  const answers = await Promise.all(
    SAMPLE_NAMES.map(async (name) => corners(await decoder.decode(sample(name), copyPixels))),
  );
  for (const [i, name] of SAMPLE_NAMES.entries()) {
    expect(farthest(answers[i] ?? [], quartersOf(name)), name).toBeLessThanOrEqual(3);
  }
});
