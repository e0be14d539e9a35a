/** @file Statistics of measurements. */

/** Returns the upper median. */
export const median = (values: number[]): number => quantile(values, 0.5);

/** Returns the value below which a share `q` of the values lies. */
export const quantile = (values: number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];

export const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
