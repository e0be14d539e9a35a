import { describe, expect, it } from 'vitest';
import { resolveNetwork } from '../../shared/model/spec.ts';
import { initialWeights } from '../../train/model/initialize.ts';
import { LAB_MODELS, modelSpec } from '../../train/model/zoo.ts';
import { Generator } from '../../train/random.ts';
import { GOLDEN } from '../fixtures/pytorch.ts';

describe('Generator', () => {
  it('draws the 10,000th word that the C++ standard specifies for MT19937 with the default seed', () => {
    const generator = Generator.seeded(5489);
    for (let i = 1; i < 10_000; i++) generator.random();
    expect(generator.random()).toBe(4123659995);
  });

  it('uses the low 32 bits of a seed, like torch.manual_seed', () => {
    expect(Generator.seeded(2n ** 40n + 42n).random()).toBe(Generator.seeded(42).random());
    expect(Generator.seeded(42).random()).toBe(1608637542);
  });

  it('draws PyTorch’s int64: the base seed of a DataLoader after manual_seed(42)', () => {
    expect(Generator.seeded(42).randomInt64()).toBe(6909045637428952499n);
  });

  it('draws the permutations of torch.randperm', () => {
    expect([...Generator.seeded(42).permutation(10)]).toEqual([2, 6, 1, 8, 4, 5, 0, 9, 3, 7]);
    expect([...Generator.seeded(0).permutation(10)]).toEqual([4, 1, 7, 5, 3, 9, 0, 8, 6, 2]);
  });

  it('continues from a saved state with the same draws', () => {
    const generator = Generator.seeded(7);
    for (let i = 0; i < 1000; i++) generator.random();
    const restored = Generator.restored(structuredClone(generator.state()));
    const next = (g: Generator) => Array.from({ length: 700 }, () => g.random());
    expect(next(restored)).toEqual(next(generator));
  });
});

describe.each(GOLDEN)('initial weights at seed $seed', ({ seed, init }) => {
  it.each(LAB_MODELS)('are PyTorch’s for %s, bit for bit', (name) => {
    const network = resolveNetwork(modelSpec(name));
    const weights = initialWeights(network, Generator.seeded(seed));
    const got = network.parameters.map(({ name, shape }) => {
      const values = weights.get(name) as Float32Array;
      const sum = values.reduce((a, b) => a + b, 0);
      return { shape, first: [...values.slice(0, 4)], last: values.at(-1), sum: sum.toFixed(10) };
    });
    expect(got).toEqual(init[name].map(({ name: _, sum, ...rest }) => ({ ...rest, sum: sum.toFixed(10) })));
  });
});
