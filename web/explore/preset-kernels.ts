/** @file Well-known kernels of image processing, at any odd size, and properties of kernels. */
import { formatNumber } from './format-number.ts';

export interface Preset {
  id: string;
  name: string;
  /** Returns size² weights, row by row. */
  weights: (size: number) => number[];
}

/** Centres a square kernel in a kernel of another size: a larger one gets zeros around it, a smaller one loses its border. */
export function embed(weights: readonly number[], size: number): number[] {
  const from = Math.sqrt(weights.length);
  const shift = (from - size) / 2;
  return Array.from({ length: size ** 2 }, (_, i) => {
    const [row, column] = [Math.floor(i / size) + shift, (i % size) + shift];
    return row >= 0 && row < from && column >= 0 && column < from ? weights[row * from + column] : 0;
  });
}

const fixed =
  (...weights: number[]) =>
  (size: number) =>
    embed(weights, size);

/** Returns row `n` of Pascal's triangle. */
const binomials = (n: number): number[] =>
  Array.from({ length: n }).reduce<number[]>(
    (row) => [...row, 0].map((value, i) => value + (row[i - 1] ?? 0)),
    [1],
  );

export const PRESETS: readonly Preset[] = [
  { id: 'identity', name: 'Identity', weights: fixed(0, 0, 0, 0, 1, 0, 0, 0, 0) },
  { id: 'box', name: 'Box blur', weights: (size) => new Array<number>(size ** 2).fill(1 / size ** 2) },
  {
    id: 'blur',
    name: 'Gaussian blur',
    weights: (size) => {
      const row = binomials(size - 1);
      return row.flatMap((a) => row.map((b) => (a * b) / 4 ** (size - 1)));
    },
  },
  { id: 'sharpen', name: 'Sharpen', weights: fixed(0, -1, 0, -1, 5, -1, 0, -1, 0) },
  { id: 'edges', name: 'Edges', weights: fixed(-1, -1, -1, -1, 8, -1, -1, -1, -1) },
  { id: 'left', name: 'Left edges', weights: fixed(-1, 0, 1, -2, 0, 2, -1, 0, 1) },
  { id: 'top', name: 'Top edges', weights: fixed(-1, -2, -1, 0, 0, 0, 1, 2, 1) },
  { id: 'emboss', name: 'Emboss', weights: fixed(-2, -1, 0, -1, 1, 1, 0, 1, 2) },
];

/** Largest deviation at which a sum of weights counts as 0 or 1. */
const TOLERANCE = 0.005;

const sumOf = (weights: ArrayLike<number>): number => Array.from(weights).reduce((a, b) => a + b, 0);

/** Whether the weights add up to 1. The output then has the brightness of the input and can be shown in grey. */
export const keepsBrightness = (weights: ArrayLike<number>): boolean =>
  Math.abs(sumOf(weights) - 1) < TOLERANCE;

/** Describes the effect of the sum of the weights, and of the bias, on areas of equal brightness. */
export function describeWeightSum(weights: ArrayLike<number>, bias: number): string {
  const sum = sumOf(weights);
  const zero = bias ? 'the bias' : '0';
  if (Array.from(weights).every((weight) => weight === 0))
    return `All weights are 0: every pixel becomes ${zero}.`;
  const text = `The weights add up to ${formatNumber(sum)}`;
  if (keepsBrightness(weights))
    return `${text}: uniform areas keep their brightness${bias ? ', plus the bias' : ''}.`;
  if (Math.abs(sum) < TOLERANCE) return `${text}: uniform areas become ${zero}, only differences remain.`;
  return `${text}.`;
}
