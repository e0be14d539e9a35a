/** @file Numbers with their units for text that wraps: a no-break space keeps them together. */
import * as format from '../format.ts';

const unbroken =
  <Args extends unknown[]>(formatted: (...args: Args) => string) =>
  (...args: Args): string =>
    formatted(...args).replaceAll(' ', '\u00a0');

export const percent = unbroken(format.percent);
export const seconds = unbroken(format.seconds);
