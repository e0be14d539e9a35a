/** @file Numbers as the explorer writes them. */

/** Formats with `digits` decimals and a true minus sign. Values that round to zero have no sign. */
export function formatNumber(value: number, digits = 2): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace('-', '−');
}
