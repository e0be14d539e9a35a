/** @file Percentages as the pages write them. */

/** Formats a share in 0..1, such as `97.3 %`. Next to 0 and 1 it has two decimals, so that 0.9996 does not become 100.0 %. */
export const percent = (share: number): string =>
  `${(100 * share).toFixed(share > 0.9995 || share < 0.0005 ? 2 : 1)} %`;
