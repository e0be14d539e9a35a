/** @file Numbers as the report prints them: thousands apart, a unit after a space that does not break. */

const SPACE = '\u00a0';

export const count = (value: number): string => value.toLocaleString('en');

/** @param share in 0..1 */
export const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)}${SPACE}%`;

export const seconds = (value: number): string =>
  `${value.toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })}${SPACE}s`;

/** Two significant digits, for ratios. */
export const roughly = (value: number): string =>
  Number(value.toPrecision(2)).toLocaleString('en', { maximumFractionDigits: 2 });

/** a, b and c */
export const list = (words: readonly string[]): string => new Intl.ListFormat('en-GB').format(words);
