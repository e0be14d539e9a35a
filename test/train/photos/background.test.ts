/** @file Background features against published colours, and background clusters against drawn photos. */
import { describe, expect, it } from 'vitest';
import { backgroundFeatures } from '../../../train/photos/background.ts';
import { scoreBackgrounds } from '../../../train/photos/background-scores.ts';
import { cluster } from '../../../train/photos/kmeans.ts';
import { Generator } from '../../../train/random.ts';
import { paint } from '../../fixtures/images.ts';

type Rgb = readonly [number, number, number];

/** Draws a photo with a red rectangle in the middle. */
const photo = (background: (x: number, y: number) => Rgb, [width, height] = [90, 120]) =>
  paint(width, height, (x, y) =>
    x > width / 4 && x < (3 * width) / 4 && y > height / 4 && y < (3 * height) / 4
      ? [200, 30, 30]
      : background(x, y),
  );

describe('the background features', () => {
  // W3C, CSS Color 4 and Lindbloom's calculator agree on these (D65).
  it.each<[string, Rgb, Rgb]>([
    ['white', [255, 255, 255], [100, 0, 0]],
    ['black', [0, 0, 0], [0, 0, 0]],
    ['red', [255, 0, 0], [53.24, 80.09, 67.2]],
    ['blue', [0, 0, 255], [32.3, 79.19, -107.86]],
    ['dark grey', [10, 10, 10], [2.74, 0, 0]],
  ])('of plain %s are its colour in Lab, without spread and texture', (_, rgb, lab) => {
    const [l, a, b, ...spread] = backgroundFeatures(photo(() => rgb));
    for (const [i, value] of [l, a, b].entries()) expect(Math.abs(value - lab[i])).toBeLessThan(0.1);
    for (const value of spread) expect(value).toBeCloseTo(0, 9);
  });

  it('of a black and a white half have a spread of 50 and little texture', () => {
    const [l, , , sdL, , , texture] = backgroundFeatures(
      photo((x) => (x < 45 ? [0, 0, 0] : [255, 255, 255])),
    );
    expect(l).toBeCloseTo(50, 0);
    expect(sdL).toBeCloseTo(50, 0);
    expect(texture).toBeGreaterThan(0);
    expect(texture).toBeLessThan(5);
  });

  it('depend only on the border', () => {
    const grey: Rgb = [120, 120, 110];
    expect(backgroundFeatures(photo(() => grey))).toEqual(backgroundFeatures(paint(90, 120, () => grey)));
  });

  it('of a single pixel are numbers', () => {
    for (const value of backgroundFeatures(paint(1, 1, () => [9, 9, 9]))) expect(value).not.toBeNaN();
  });
});

describe('background clusters', () => {
  const noise = Generator.seeded(3);
  const near = ([r, g, b]: Rgb) => photo(() => [r + (noise.random() % 9), g + (noise.random() % 9), b]);
  const KINDS: Rgb[] = [
    [230, 230, 230],
    [20, 25, 20],
    [150, 60, 30],
  ];
  const features = Array.from({ length: 30 }, (_, i) => backgroundFeatures(near(KINDS[i % 3])));

  it('contain like backgrounds, from dark to light, and are the same in each run', () => {
    const groups = cluster(features, 3);
    expect(groups).toEqual(features.map((_, i) => [2, 0, 1][i % 3]));
    expect(cluster(features, 3)).toEqual(groups);
  });

  it('are fewer when too few backgrounds are distinct', () => {
    expect(cluster([features[0], features[0], features[0]], 5)).toEqual([0, 0, 0]);
    expect(new Set(cluster(features.slice(0, 2), 5)).size).toBe(2);
  });

  it('have weighted shares, and a spread between them', () => {
    const right = (folder: string, right: boolean) => ({ folder, label: '', score: 1, right });
    const photos = [
      right('a', true),
      right('a', false),
      right('a', true),
      right('a', true),
      right('b', false),
    ];
    const { groups, mean, sd, min, max } = scoreBackgrounds(
      photos,
      [[1], [3], [5], [7], [9]],
      [0, 0, 1, 1, 1],
    );
    // Each photo of `a` weighs ⅛, the photo of `b` ½.
    expect(groups).toEqual([
      { photos: 2, look: [2], share: 0.5 },
      { photos: 3, look: [7], share: 1 / 3 },
    ]);
    expect(mean).toBeCloseTo(5 / 12, 12);
    expect(sd).toBeCloseTo(1 / 6 / Math.SQRT2, 12);
    expect([min, max]).toEqual([1 / 3, 0.5]);
  });
});
