/** @file Formats numbers and lists. */

/** Formats an integer with a comma between thousands. */
export const count = (value: number): string => value.toLocaleString('en');

/**
 * Formats a share as a percentage.
 * @param share in 0..1
 * @param digits decimal places
 */
export const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;

/** Formats a duration in seconds with one decimal place. */
export const seconds = (value: number): string =>
  `${value.toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} s`;

/** Formats a ratio with two significant digits. */
export const roughly = (value: number): string =>
  Number(value.toPrecision(2)).toLocaleString('en', { maximumFractionDigits: 2 });

/** Turns the name of a setting into a flag: `batchSize` → `--batch-size`. */
export const flagOf = (name: string): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Joins words as "a, b and c". */
export const list = (words: readonly string[]): string => new Intl.ListFormat('en-GB').format(words);

/** Joins the first words, and says how many more there are. @param most words that are named */
export const listSome = (words: readonly string[], most = 10): string =>
  words.length <= most ? list(words) : list([...words.slice(0, most), `${count(words.length - most)} more`]);
