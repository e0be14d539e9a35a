import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignParts } from '../../../../train/dataset/folder/assign.ts';

const image = fc.record(
  { digest: fc.stringMatching(/^[0-9a-f]{64}$/), group: fc.constantFrom('anna', 'ben', 'cleo', 'dora') },
  { requiredKeys: ['digest'] },
);
const imageWithPart = fc.record(
  {
    digest: fc.stringMatching(/^[0-9a-f]{64}$/),
    group: fc.constantFrom('anna', 'ben'),
    part: fc.constantFrom('train' as const, 'validation' as const, 'test' as const),
  },
  { requiredKeys: ['digest'] },
);

describe('assignParts', () => {
  it('moves no image to another part when images are added', () => {
    fc.assert(
      fc.property(fc.array(image), fc.array(image), fc.nat(), (images, added, seed) => {
        const before = assignParts(images, seed);
        const after = assignParts([...added, ...images], seed);
        expect(after.slice(added.length)).toEqual(before);
      }),
    );
  });

  it('keeps the images of a group, and copies of an image, in one part', () => {
    fc.assert(
      fc.property(fc.array(image), fc.nat(), (images, seed) => {
        const parts = assignParts([...images, ...images], seed);
        const byKey = Map.groupBy(parts.keys(), (i) => {
          const { digest, group } = images[i % images.length];
          return group ?? digest;
        });
        for (const indices of byKey.values()) expect(new Set(indices.map((i) => parts[i])).size).toBe(1);
      }),
    );
  });

  it('keeps the parts that the data set names, and takes only the others from the training images', () => {
    fc.assert(
      fc.property(fc.array(imageWithPart), fc.nat(), (images, seed) => {
        const parts = assignParts(images, seed);
        const named = new Set(images.map(({ part }) => part));
        for (const [i, { part }] of images.entries()) {
          if (part !== undefined && part !== 'train') expect(parts[i]).toBe(part);
          else if (parts[i] !== 'train') expect(named.has(parts[i])).toBe(false);
        }
      }),
    );
  });

  it('gives each class about 15 % test and 15 % validation images, and others with another seed', () => {
    const images = Array.from({ length: 4000 }, (_, i) => ({ digest: String(i) }));
    for (const seed of [0, 1, 2]) {
      for (const own of [images.slice(0, 2000), images.slice(2000)]) {
        const parts = assignParts(own, seed);
        for (const part of ['test', 'validation']) {
          const share = parts.filter((each) => each === part).length / own.length;
          // Four standard deviations.
          expect(Math.abs(share - 0.15)).toBeLessThan(4 * Math.sqrt((0.15 * 0.85) / own.length));
        }
      }
    }
    expect(assignParts(images, 1)).not.toEqual(assignParts(images, 2));
  });
});
