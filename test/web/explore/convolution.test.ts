/** @file Kernels and pooling by hand: numbers that a person can add up. */
import { describe, expect, it } from 'vitest';
import {
  convolve,
  kernelLayer,
  kernelWeights,
  pixelSum,
  sizeFormula,
} from '../../../web/explore/convolution.ts';
import { character, embed, format, isPicture, PRESETS } from '../../../web/explore/kernels.ts';
import { poolLayer, poolWindow } from '../../../web/explore/pooling.ts';

// 1 2 3
// 4 5 6
// 7 8 9
const NINE = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
const layer = (size: number, stride: number, padding: number) => kernelLayer(3, 3, { size, stride, padding });

describe('a kernel over nine pixels', () => {
  it('copies as identity', () => {
    expect(convolve(layer(3, 1, 1), Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0), 0, NINE)).toEqual(NINE);
  });
  it('adds up its window and the bias, without padding', () => {
    expect(convolve(layer(3, 1, 0), new Float32Array(9).fill(1), 0.5, NINE)).toEqual(Float32Array.of(45.5));
  });
  it('steps by its stride', () => {
    expect(convolve(layer(1, 2, 0), Float32Array.of(2), 0, NINE)).toEqual(Float32Array.of(2, 6, 14, 18));
  });
  it('reads zeros in the padding', () => {
    const kernel = new Float32Array(9).fill(1);
    const corner = pixelSum(layer(3, 1, 1), kernelWeights(layer(3, 1, 1), kernel, 1), NINE, 0, 0, 0);
    expect(corner).toMatchObject({ bias: 1, value: 13, windows: [{ y: -1, x: -1, sum: 12 }] });
    expect([...corner.windows[0].inputs]).toEqual([0, 0, 0, 0, 1, 2, 0, 4, 5]);
  });
  it('is refused when it is larger than the padded picture', () => {
    expect(() => layer(5, 1, 0)).toThrow(/at least 5×5/);
  });
  it.each([1, 3, 5, 7])('size %i, any stride and padding: the formula says the layer’s size', (size) => {
    for (const stride of [1, 2, 3])
      for (const padding of [0, 1, 2, 3]) {
        const { output } = kernelLayer(28, 28, { size, stride, padding });
        expect(sizeFormula(28, size, stride, padding)).toMatch(new RegExp(`= ${output[1]}$`));
      }
  });
});

describe('kernels by name', () => {
  it.each([1, 3, 5, 7])('blurs and the identity keep brightness at size %i', (size) => {
    for (const id of ['identity', 'box', 'blur']) {
      const weights = PRESETS.find((preset) => preset.id === id)?.weights(size) ?? [];
      expect(weights).toHaveLength(size ** 2);
      expect(isPicture(weights)).toBe(true);
    }
  });
  it('edges add up to zero, and say so', () => {
    for (const id of ['edges', 'left', 'top'])
      expect(character(PRESETS.find((preset) => preset.id === id)?.weights(3) ?? [])).toMatch(
        /0\.00: .*differences/,
      );
  });
  it('Gaussian is Pascal’s', () => {
    const weights = PRESETS.find(({ id }) => id === 'blur')?.weights(3) ?? [];
    expect(weights.map((weight) => 16 * weight)).toEqual([1, 2, 1, 2, 4, 2, 1, 2, 1]);
  });
  it('grow by zeros and shrink by their rim', () => {
    expect(embed([1, 2, 3, 4, 5, 6, 7, 8, 9], 1)).toEqual([5]);
    const grown = embed([1, 2, 3, 4, 5, 6, 7, 8, 9], 5);
    expect(grown).toHaveLength(25);
    expect(grown.filter((weight) => weight === 0)).toHaveLength(16);
    expect(embed(grown, 3)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

it('a pool takes the first of equal maxima, as PyTorch does', () => {
  const plane = Float32Array.of(1, 7, 7, 0, 2, 7, 3, 4, 5);
  expect(poolWindow(poolLayer(3, 3, 2, 1), plane, 0, 0, 1)).toMatchObject({ y: 0, x: 1, place: 0, value: 7 });
  expect(poolWindow(poolLayer(3, 3, 2, 1), plane, 0, 1, 1)).toMatchObject({ place: 1, value: 7 });
});

it('numbers have a true minus, and zero has none', () => {
  expect([format(-1.5), format(-0.001), format(0.125, 3)]).toEqual(['−1.50', '0.00', '0.125']);
});
