/** @file The decoders in workerd: the same pixels and errors as in Node, and valid images after damaged ones. */
import { describe, expect, it } from 'vitest';
import { ImageError } from '#shared/decode/image-error.ts';
import { decoder } from '../../../edge/decode/decoder.ts';
import { flipped, hostileFiles } from '../../fixtures/images-hostile.ts';
import { corners, farthest, quartersOf, SAMPLE_NAMES, sample } from '../../fixtures/images-samples.ts';

async function outcomeOf(bytes: Uint8Array): Promise<string> {
  try {
    const { width, height, data } = await decoder.decode(bytes);
    expect(data).toHaveLength(4 * width * height);
    return 'pixels';
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return error.fault;
  }
}

describe('a picture of four quarters', () => {
  it.each(SAMPLE_NAMES)('%s has them where a browser shows them', async (name) => {
    expect(farthest(corners(await decoder.decode(sample(name))), quartersOf(name))).toBeLessThanOrEqual(3);
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
      expect(farthest(corners(await decoder.decode(sample(name))), quartersOf(name))).toBeLessThanOrEqual(3);
    }
  });
});

it.each(SAMPLE_NAMES)(
  '%s is decoded from a view of a buffer that is too large for a call between Workers',
  async (name) => {
    const file = sample(name);
    const body = new Uint8Array(40 * 2 ** 20);
    body.set(file, 1000);
    const pixels = await decoder.decode(body.subarray(1000, 1000 + file.length));
    expect(farthest(corners(pixels), quartersOf(name))).toBeLessThanOrEqual(3);
  },
);

it('concurrent requests decode independently', async () => {
  const answers = await Promise.all(
    SAMPLE_NAMES.map(async (name) => corners(await decoder.decode(sample(name)))),
  );
  for (const [i, name] of SAMPLE_NAMES.entries()) {
    expect(farthest(answers[i] ?? [], quartersOf(name)), name).toBeLessThanOrEqual(3);
  }
});
