/** @file Formats labels and numbers for visitors. */
import type { Messages } from './messages/en.ts';
import { NONE } from './state.ts';

/** Returns a label in the visitor's language. */
export const labelText = (label: string, { labels, none }: Messages): string =>
  label === NONE ? none : (labels[label] ?? label);

/** Formats a share of 1 as a percentage, rounded down. A share below 1 % is "< 1 %", so that no result reads 0 % or 100 % unless it is. */
export function percent(share: number, language: string): string {
  const format = new Intl.NumberFormat(language || 'en', { style: 'percent', roundingMode: 'floor' });
  return share < 0.01 ? `< ${format.format(0.01)}` : format.format(share);
}
