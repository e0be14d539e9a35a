import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Loader } from '../../../train/dataset/loader.ts';
import type { Split } from '../../../train/dataset/split.ts';
import { Generator } from '../../../train/random.ts';
import { GOLDEN } from '../../fixtures/pytorch.ts';

/** Returns images of 4 pixels, which hold the index of the image. */
function numbered(count: number): Split {
  const images = new Uint8Array(new Uint32Array(count).map((_, i) => i).buffer);
  return { count, images, labels: Uint16Array.from({ length: count }, (_, i) => i % 10) };
}

/** Returns the indices of an epoch's images, in order. */
function epochOrder(loader: Loader): number[] {
  return [...loader.epoch()].flatMap(({ images }) => [...new Uint32Array(images.slice().buffer)]);
}

describe.each(GOLDEN)('Loader at seed $seed', ({ seed, epochOrder: expected }) => {
  it('shuffles three epochs as PyTorch’s DataLoader does, with the test loader’s draws between them', () => {
    const generator = Generator.seeded(seed);
    const train = new Loader(numbered(60_000), { batchSize: 32, shuffle: true, generator });
    const test = new Loader(numbered(10_000), { batchSize: 32, shuffle: false, generator });
    expect([train.length, test.length]).toEqual([1875, 313]);
    for (const { first, last } of expected) {
      const order = epochOrder(train);
      expect(order.slice(0, 8)).toEqual(first);
      expect(order.slice(-4)).toEqual(last);
      expect(epochOrder(test).slice(0, 3)).toEqual([0, 1, 2]);
    }
  });
});

describe('Loader', () => {
  it('gives a shuffled batch the indices of its images in the split', () => {
    const split = numbered(300);
    const loader = new Loader(split, { batchSize: 32, shuffle: true, generator: Generator.seeded(1) });
    for (const { images, labels, source } of loader.epoch()) {
      expect(source?.split).toBe(split);
      expect([...(source?.indices ?? [])]).toEqual([...new Uint32Array(images.slice().buffer)]);
      expect(source?.indices.length).toBe(labels.length);
    }
  });

  it('yields every image once with its label, in full batches except the last one', () => {
    const sizes = fc.record({
      count: fc.integer({ min: 1, max: 300 }),
      batchSize: fc.integer({ min: 1, max: 64 }),
    });
    fc.assert(
      fc.property(sizes, fc.boolean(), fc.nat(), ({ count, batchSize }, shuffle, seed) => {
        const loader = new Loader(numbered(count), { batchSize, shuffle, generator: Generator.seeded(seed) });
        const batches = [...loader.epoch()];
        expect(batches.length).toBe(loader.length);
        expect(batches.slice(0, -1).every(({ labels }) => labels.length === batchSize)).toBe(true);
        const pairs = batches.flatMap(({ images, labels }) => {
          const indices = new Uint32Array(images.slice().buffer);
          return [...labels].map((label, i) => [indices[i], label]);
        });
        expect(pairs.toSorted(([a], [b]) => a - b)).toEqual(
          Array.from({ length: count }, (_, i) => [i, i % 10]),
        );
      }),
    );
  });

  it('gives each image its own targets, in every order', () => {
    const options = fc.record({
      ...{ count: fc.integer({ min: 1, max: 200 }), batchSize: fc.integer({ min: 1, max: 64 }) },
      ...{ shuffle: fc.boolean(), balance: fc.boolean(), seed: fc.nat() },
    });
    fc.assert(
      fc.property(options, ({ count, seed, ...options }) => {
        const targets = Float32Array.from({ length: 3 * count }, (_, i) => i);
        const loader = new Loader(
          { ...numbered(count), targets },
          { ...options, generator: Generator.seeded(seed) },
        );
        for (const { images, targets } of loader.epoch()) {
          const indices = [...new Uint32Array(images.slice().buffer)];
          expect([...(targets ?? [])]).toEqual(indices.flatMap((i) => [3 * i, 3 * i + 1, 3 * i + 2]));
        }
      }),
    );
  });

  it('draws as many images of each class when it balances, and none twice before all of the class', () => {
    const label = fc.constantFrom(0, 0, 0, 1, 300);
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 200 }), fc.nat(), (labels, seed) => {
        const split = { ...numbered(labels.length), labels: Uint16Array.from(labels) };
        const generator = Generator.seeded(seed);
        const loader = new Loader(split, { batchSize: 7, shuffle: true, balance: true, generator });
        const order = epochOrder(loader);
        expect(order).toHaveLength(labels.length);
        const classes = Map.groupBy(order, (i) => labels[i]);
        const sizes = [...new Set(labels)].map((label) => classes.get(label)?.length ?? 0);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        for (const drawn of classes.values()) {
          const times = [...Map.groupBy(drawn, (i) => i).values()].map(({ length }) => length);
          expect(Math.max(...times) - 1).toBeLessThanOrEqual(drawn.length / times.length);
        }
        const again = new Loader(split, {
          ...{ batchSize: 7, shuffle: true, balance: true },
          generator: Generator.seeded(seed),
        });
        expect(epochOrder(again)).toEqual(order);
        expect(
          [...new Set(labels)].length < 2 || labels.length < 8 || epochOrder(again).join() !== order.join(),
        ).toBe(true);
      }),
    );
  });
});
