/** @file Convolution and max pooling of inputs small enough to compute by hand. */
import { describe, expect, it } from 'vitest';
import {
  convolve,
  kernelLayer,
  kernelWeights,
  pixelSum,
  sizeFormula,
} from '../../../web/explore/convolution.ts';
import { formatNumber } from '../../../web/explore/format-number.ts';
import { poolLayer, poolWindow } from '../../../web/explore/pooling.ts';
import { describeWeightSum, embed, keepsBrightness, PRESETS } from '../../../web/explore/preset-kernels.ts';

// 1 2 3
// 4 5 6
// 7 8 9
const NINE = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
const layer = (size: number, stride: number, padding: number) => kernelLayer(3, 3, { size, stride, padding });

describe('a convolution of 3 × 3 pixels', () => {
  it('returns its input with the identity kernel', () => {
    expect(convolve(layer(3, 1, 1), Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0), 0, NINE)).toEqual(NINE);
  });
  it('adds the bias to the sum of the window', () => {
    expect(convolve(layer(3, 1, 0), new Float32Array(9).fill(1), 0.5, NINE)).toEqual(Float32Array.of(45.5));
  });
  it('moves by its stride', () => {
    expect(convolve(layer(1, 2, 0), Float32Array.of(2), 0, NINE)).toEqual(Float32Array.of(2, 6, 14, 18));
  });
  it('reads zeros in the padding', () => {
    const kernel = new Float32Array(9).fill(1);
    const corner = pixelSum(layer(3, 1, 1), kernelWeights(layer(3, 1, 1), kernel, 1), NINE, 0, 0, 0);
    expect(corner).toMatchObject({ bias: 1, value: 13, windows: [{ y: -1, x: -1, sum: 12 }] });
    expect([...corner.windows[0].inputs]).toEqual([0, 0, 0, 0, 1, 2, 0, 4, 5]);
  });
  it('throws when the kernel is larger than the padded input', () => {
    expect(() => layer(5, 1, 0)).toThrow(/at least 5×5/);
  });
  it.each([1, 3, 5, 7])(
    'has the output size of the formula with kernel size %i and any stride and padding',
    (size) => {
      for (const stride of [1, 2, 3])
        for (const padding of [0, 1, 2, 3]) {
          const { output } = kernelLayer(28, 28, { size, stride, padding });
          expect(sizeFormula(28, size, stride, padding)).toMatch(new RegExp(`= ${output[1]}$`));
        }
    },
  );
});

describe('preset kernels', () => {
  it.each([1, 3, 5, 7])('keep the brightness at size %i if they are blurs or the identity', (size) => {
    for (const id of ['identity', 'box', 'blur']) {
      const weights = PRESETS.find((preset) => preset.id === id)?.weights(size) ?? [];
      expect(weights).toHaveLength(size ** 2);
      expect(keepsBrightness(weights)).toBe(true);
    }
  });
  it('have weights that add up to 0 if they detect edges', () => {
    for (const id of ['edges', 'left', 'top'])
      expect(describeWeightSum(PRESETS.find((preset) => preset.id === id)?.weights(3) ?? [], 0)).toMatch(
        /0\.00: .*differences/,
      );
  });
  it.each([
    [[-1, 1], 0, 'The weights add up to 0.00: uniform areas become 0, only differences remain.'],
    [[-1, 1], 1, 'The weights add up to 0.00: uniform areas become the bias, only differences remain.'],
    [[1], 0.5, 'The weights add up to 1.00: uniform areas keep their brightness, plus the bias.'],
    [[0], 0, 'All weights are 0: every pixel becomes 0.'],
    [[0], 1, 'All weights are 0: every pixel becomes the bias.'],
  ])('with the weights %j and the bias %j are described so', (weights, bias, text) => {
    expect(describeWeightSum(weights, bias)).toBe(text);
  });
  it('have binomial weights if they are the Gaussian blur', () => {
    const weights = PRESETS.find(({ id }) => id === 'blur')?.weights(3) ?? [];
    expect(weights.map((weight) => 16 * weight)).toEqual([1, 2, 1, 2, 4, 2, 1, 2, 1]);
  });
  it('get zeros around them when they grow, and lose their border when they shrink', () => {
    expect(embed([1, 2, 3, 4, 5, 6, 7, 8, 9], 1)).toEqual([5]);
    const grown = embed([1, 2, 3, 4, 5, 6, 7, 8, 9], 5);
    expect(grown).toHaveLength(25);
    expect(grown.filter((weight) => weight === 0)).toHaveLength(16);
    expect(embed(grown, 3)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

it('max pooling selects the first of equal maxima, like PyTorch', () => {
  const plane = Float32Array.of(1, 7, 7, 0, 2, 7, 3, 4, 5);
  expect(poolWindow(poolLayer(3, 3, 2, 1), plane, 0, 0, 1)).toMatchObject({
    y: 0,
    x: 1,
    maxIndex: 0,
    value: 7,
  });
  expect(poolWindow(poolLayer(3, 3, 2, 1), plane, 0, 1, 1)).toMatchObject({ maxIndex: 1, value: 7 });
});

it('formatNumber writes a true minus sign, and none for zero', () => {
  expect([formatNumber(-1.5), formatNumber(-0.001), formatNumber(0.125, 3)]).toEqual([
    '−1.50',
    '0.00',
    '0.125',
  ]);
});
