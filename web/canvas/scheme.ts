/** @file The colour scheme that the visitor prefers. It stands apart from the palettes, which the try page does not need. */

export const darkScheme = matchMedia('(prefers-color-scheme: dark)');
