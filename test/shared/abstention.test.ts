/** @file Tests with the bundled release that pictures without a garment get no answer, and a garment gets one. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AbstentionReason,
  abstentionOf,
  certaintyOf,
  doubtOf,
  LEAST_SCORE,
} from '#shared/abstention.ts';
import type { Pixels } from '#shared/decode/pixels.ts';
import { rankLabels } from '#shared/predictions.ts';
import { openPipeline } from '../../train/preparation.ts';
import { onnxPredictor } from '../../train/release/onnxruntime.ts';
import { readRelease } from '../../train/release/release.ts';
import { FACES } from '../fixtures/faces.ts';
import { noiseFrom, shirt } from '../fixtures/garments.ts';
import { paint } from '../fixtures/images.ts';

let reasonOf: (pixels: Pixels) => Promise<AbstentionReason | undefined>;
beforeAll(async () => {
  const { manifest, files } = await readRelease('release/tinyvgg.onnx');
  const [predict, preparePhoto] = await Promise.all([onnxPredictor(files.onnx), openPipeline()]);
  reasonOf = async (pixels) => {
    const photo = preparePhoto(pixels);
    return abstentionOf(photo, rankLabels(await predict(photo.image, 1), manifest), manifest);
  };
});

const noise = noiseFrom(3);

describe('abstentionOf', () => {
  it.each([
    ['a plain colour', () => [120, 130, 90]],
    ['noise', () => [noise(), noise(), noise()]],
    [
      'a page of text',
      (x: number, y: number) =>
        Array(3).fill(y % 20 < 8 && (x * 37) % 11 < 5 && x > 40 && x < 360 ? 20 : 245),
    ],
  ])('declines to answer for %s', async (_, colour) => {
    expect(await reasonOf(paint(400, 533, colour as never))).toBeDefined();
  });

  it.each(FACES)('declines to answer for a face %s', async (_, draw) => {
    expect(await reasonOf(draw())).toBe('poor-mask');
  });

  it('answers for a shirt on a floor', async () => {
    expect(await reasonOf(shirt({}).pixels)).toBeUndefined();
  });

  it('returns the first reason that applies, and none for a score of at least one half', () => {
    const best = (score: number) => [{ label: 'Coat', index: 4, score }];
    const photo = (step: string, quality?: number) => ({
      ...{ image: new Uint8Array(784), steps: [{ step }], warnings: [] },
      ...(quality !== undefined && { quality }),
    });
    expect(abstentionOf(photo('whole-frame', 0.01), best(0.1), {})).toBe('no-garment');
    expect(abstentionOf(photo('mask', 0.2), best(0.1), {})).toBe('poor-mask');
    expect(abstentionOf(photo('mask', 0.9), best(LEAST_SCORE - 0.01), {})).toBe('low-score');
    expect(abstentionOf(photo('mask', 0.9), best(LEAST_SCORE), {})).toBeUndefined();
    expect(abstentionOf(photo('as-is'), best(0.9), {})).toBeUndefined();
  });

  it('subtracts the score of none of these from the best one', () => {
    const reasonFor = (best: number, other: number, rules: { leastScore?: number }) =>
      doubtOf(
        [
          { label: 'Coat', index: 0, score: best },
          { label: 'other', index: 1, score: other },
        ],
        { none: 'other', ...rules },
      );
    expect(reasonFor(0.5, 0.09, {})).toBeUndefined();
    expect(reasonFor(0.5, 0.11, {})).toBe('low-score');
    expect(reasonFor(0.65, 0.3, {})).toBe('low-score');
    expect(reasonFor(0.65, 0.3, { leastScore: 0.3 })).toBeUndefined();
  });

  it('is never certain when none of these is the most likely', () => {
    const ranked = [
      { label: 'other', index: 1, score: 0.5 },
      { label: 'Coat', index: 0, score: 0.3 },
    ];
    expect(certaintyOf(ranked, { none: 'other' })).toBeCloseTo(-0.2, 12);
    expect(certaintyOf(ranked, {})).toBe(0.5);
    expect(doubtOf(ranked, { none: 'other', leastScore: 0 })).toBe('none-of-these');
  });

  it('says that a picture shows none of the labels when the label for such pictures is first', () => {
    const photo = { image: new Uint8Array(784), steps: [{ step: 'as-is' }], warnings: [] };
    const ranked = (first: string, second: string) => [
      { label: first, index: 0, score: 0.85 },
      { label: second, index: 1, score: 0.15 },
    ];
    const rules = { none: 'other' };
    expect(abstentionOf(photo, ranked('other', 'Coat'), rules)).toBe('none-of-these');
    expect(abstentionOf(photo, ranked('Coat', 'other'), rules)).toBeUndefined();
    expect(abstentionOf(photo, ranked('other', 'Coat'), {})).toBeUndefined();
    const flawed = { ...photo, steps: [{ step: 'whole-frame' }] };
    expect(abstentionOf(flawed, ranked('other', 'Coat'), rules)).toBe('no-garment');
  });
});
