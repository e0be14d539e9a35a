/** @file The random filters of /explore against PyTorch's numbers. */
import { expect, it } from 'vitest';
import { Generator } from '../../../../shared/random.ts';
import { initialWeights } from '../../../../train/model/initialize.ts';
import { applyFilters, filterNetwork, randomFilters } from '../../../../web/explore/lab/random-filters.ts';

/**
 * Draws as `torch.randn` does for at least 16 numbers (aten/src/ATen/native/cpu/DistributionTemplates.h, normal_fill): of each 16 uniform
 * numbers the first eight are radii and the last eight angles (Box and Muller, 1958).
 */
function randn(generator: Generator, count: number): Float32Array<ArrayBuffer> {
  const uniform = generator.uniform(count, 0, 1);
  return uniform.map((_, i) => {
    const j = i - (i % 16) + (i % 8);
    const radius = Math.sqrt(-2 * Math.log(1 - uniform[j]));
    const angle = 2 * Math.PI * uniform[j + 8];
    return radius * (i % 16 < 8 ? Math.cos(angle) : Math.sin(angle));
  });
}

it('are those of nn.Conv2d(3, 10, kernel_size=3): the output for torch.randn is the one that the lab prints', () => {
  // images = torch.randn(size=(32, 3, 64, 64)); the first image is drawn first.
  const image = randn(Generator.seeded(42), 3 * 64 * 64);
  const network = filterNetwork([3, 64, 64]);
  const output = applyFilters(network, randomFilters(network, 42), image);
  const printed: [filter: number, row: number, columns: number, values: number[]][] = [
    [0, 0, 0, [1.5396, 0.0516, 0.6454]],
    [0, 0, 59, [-0.3673, 0.8711, 0.4256]],
    [0, 61, 59, [0.2842, 0.4228, -0.1802]],
    [1, 0, 0, [-0.284, -0.0319, -0.4455]],
    [2, 0, 0, [0.4414, 0.51, 0.4846]],
    [9, 0, 0, [-1.1865, -0.728, -1.2331]],
    [9, 61, 59, [0.1589, 0.3377, 0.3493]],
  ];
  for (const [filter, row, column, values] of printed) {
    const from = (filter * 62 + row) * 62 + column;
    for (const [i, value] of values.entries()) expect(output[from + i]).toBeCloseTo(value, 4);
  }
});

it.each([1, 3])('are those that a training would begin with, for %i channels', (channels) => {
  const network = filterNetwork([channels, 8, 9]);
  for (const seed of [0, 42, 4294967295]) {
    const expected = initialWeights(network, Generator.seeded(seed));
    expect(randomFilters(network, seed)).toEqual(expected);
  }
  expect(network.output).toEqual([10, 6, 7]);
});
