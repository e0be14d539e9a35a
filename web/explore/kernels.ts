/** @file Kernels that image processing knows by name, at any odd size. */

export interface Preset {
  id: string;
  name: string;
  /** size² weights, row by row. */
  weights: (size: number) => number[];
}

/** A kernel of 3 × 3 in the middle of a larger one, or what is left of it in a smaller one. */
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

/** Row `n` of Pascal's triangle. */
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

/** What the sum of its weights says of a kernel. */
export function character(weights: ArrayLike<number>): string {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i];
  const said = `The weights add up to ${format(sum)}`;
  if (Math.abs(sum - 1) < 0.005) return `${said}: even areas keep their brightness.`;
  if (Math.abs(sum) < 0.005) return `${said}: even areas become 0, only differences remain.`;
  return `${said}.`;
}

/** Keeps brightness, so that its output is looked at as a picture. */
export const isPicture = (weights: ArrayLike<number>): boolean =>
  Math.abs(Array.from(weights).reduce((a, b) => a + b, 0) - 1) < 0.005;

/** A number as the page writes it: two digits behind the point, a true minus. */
export function format(value: number, digits = 2): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace('-', '−');
}
