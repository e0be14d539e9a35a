/** @file The grid of a sweep, and its division into shares. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGrid } from '../../../train/jobs/grid.ts';
import { shareOf } from '../../../train/jobs/sweep.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

async function grid(config: unknown) {
  const path = join(temporaryFolder(), 'grid.json');
  await writeFile(path, JSON.stringify(config));
  return readGrid(path);
}

describe('readGrid', () => {
  it('returns every combination; the last list changes fastest', async () => {
    const { axes, points } = await grid({ models: 'v0', seed: [1, 2], learningRate: [0.1, 0.2, 0.3] });
    expect(axes).toEqual(['seed', 'learningRate']);
    expect(points.map(({ values }) => [values.seed, values.learningRate])).toEqual([
      [1, 0.1],
      [1, 0.2],
      [1, 0.3],
      [2, 0.1],
      [2, 0.2],
      [2, 0.3],
    ]);
    expect(points[4].training.settings).toMatchObject({ seed: 2, optimizer: { learningRate: 0.2 } });
    expect(new Set(points.map(({ training }) => training.key)).size).toBe(6);
  });

  it('refuses a folder without images, and settings that only a folder has', async () => {
    await expect(grid({ models: 'v0', data: 'docs' })).rejects.toThrow(/no image in docs/);
    await expect(grid({ models: 'v0', imageSize: [28, 32] })).rejects.toThrow(/cannot use --image-size with/);
  });

  it('returns a point per model', async () => {
    const { axes, points } = await grid({ models: ['v0', 'v1'], seed: [1, 2] });
    expect(axes).toEqual(['seed']);
    expect(points.map(({ values }) => values)).toEqual([
      { model: 'v0', seed: 1 },
      { model: 'v0', seed: 2 },
      { model: 'v1', seed: 1 },
      { model: 'v1', seed: 2 },
    ]);
    expect((await grid({})).points.map(({ training }) => training.model)).toEqual(['v0', 'v1', 'tinyvgg']);
  });

  it('returns a point per teacher, with a key of its own', async () => {
    const teacher = ['release/tinyvgg.onnx', 'release/edge/tinyvgg.onnx'];
    const { points } = await grid({ models: 'v0', teacher });
    expect(points.map(({ values }) => values.teacher)).toEqual(teacher);
    expect(points.map(({ training }) => training.inputs.teacher)).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
    expect(new Set(points.map(({ training }) => training.key)).size).toBe(2);
  });

  it.each([
    [{ seed: [1, -2] }, /grid\.json: seed/],
    [{ seeds: [1] }, /grid\.json: unknown setting seeds/],
    [{ seed: [] }, /expected 1 to 10,000 combinations, got 0/],
    [[1, 2], /grid\.json/],
    ['seed', /grid\.json/],
  ])('rejects %j', async (config, why) => {
    await expect(grid(config)).rejects.toThrow(why);
  });
});

describe('shareOf', () => {
  it('puts each point into one share, and shares differ by one point at most', async () => {
    const all = await grid({ models: 'v0', seed: [1, 2, 3, 4, 5], learningRate: [0.1, 0.2, 0.3] });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (shares) => {
        const each = Array.from({ length: shares }, (_, index) => shareOf(all, { index, shares }));
        expect(new Set(each.flat()).size).toBe(15);
        expect(each.flat().length).toBe(15);
        const sizes = each.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
