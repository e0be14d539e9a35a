/** @file Colour palettes for numbers: grey for brightness, blue and orange for signed values. */
import { darkScheme } from './scheme.ts';

/** Maps numbers from `low` to `high` to packed pixels (ABGR, the memory layout of ImageData on little-endian machines). */
export interface Palette {
  low: number;
  high: number;
  colours: Uint32Array;
}

/** Number of colours of a palette. It is odd, so that zero has a colour of its own. */
const STEPS = 511;

type Rgb = readonly [red: number, green: number, blue: number];

const pack = ([red, green, blue]: Rgb): number =>
  (255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red);

/** Interpolates linearly between colours at equal distances. */
function ramp(...anchors: Rgb[]): Uint32Array {
  return Uint32Array.from({ length: STEPS }, (_, i) => {
    const at = (i / (STEPS - 1)) * (anchors.length - 1);
    const from = Math.min(Math.floor(at), anchors.length - 2);
    const [a, b] = [anchors[from], anchors[from + 1]];
    return pack([0, 1, 2].map((c) => a[c] + (at - from) * (b[c] - a[c])) as unknown as Rgb);
  });
}

const GREY = ramp([0, 0, 0], [255, 255, 255]);
const TINTS = [
  ramp([0, 0, 0], [255, 92, 72]),
  ramp([0, 0, 0], [64, 214, 120]),
  ramp([0, 0, 0], [92, 150, 255]),
];

/** Exponent below 1: it makes small values more visible, so that a weak feature map beside a strong one still shows detail. */
const GAMMA = 0.65;

/** Makes a diverging palette. The colour in the middle is that of zero. */
const diverging = (...anchors: Rgb[]): Uint32Array => {
  const even = ramp(...anchors);
  return even.map((_, i) => {
    const share = (2 * i) / (STEPS - 1) - 1;
    const grown = Math.sign(share) * Math.abs(share) ** GAMMA;
    return even[Math.round(((grown + 1) / 2) * (STEPS - 1))];
  });
};

// From negative over zero to positive. Zero has the colour of the page's surfaces.
const SIGNED = {
  light: diverging([164, 60, 0], [232, 126, 58], [255, 255, 255], [74, 152, 214], [0, 82, 140]),
  dark: diverging([255, 176, 120], [214, 96, 36], [38, 35, 32], [34, 116, 176], [130, 204, 255]),
};

/** Palette for brightness. As in the data set, 0 is black, in the light and in the dark colour scheme. */
export const grey = (high = 1): Palette => ({ low: 0, high, colours: GREY });

/** Palette for the brightness of one channel: 0 is red, 1 green, 2 blue. */
export const tint = (channel: number): Palette => ({ low: 0, high: 1, colours: TINTS[channel] });

/** Palette for signed numbers in −`scale`..`scale`, in the colours of the current colour scheme. */
export const signed = (scale: number): Palette => ({
  low: -(scale || 1),
  high: scale || 1,
  colours: darkScheme.matches ? SIGNED.dark : SIGNED.light,
});

/** Returns the packed colour of `value`. Values outside the palette get its first or last colour. */
export function colourOf({ low, high, colours }: Palette, value: number): number {
  const last = colours.length - 1;
  const step = Math.round(((value - low) / (high - low)) * last);
  return colours[step < 0 ? 0 : step > last ? last : step];
}

export function cssColour(palette: Palette, value: number): string {
  const packed = colourOf(palette, value);
  return `rgb(${packed & 255} ${(packed >> 8) & 255} ${(packed >> 16) & 255})`;
}

/** Returns black or white, whichever contrasts more with the colour of `value` (approximate relative luminance of WCAG 2.2). */
export function textColourOn(palette: Palette, value: number): string {
  const packed = colourOf(palette, value);
  const luminance =
    0.2126 * (packed & 255) ** 2.2 +
    0.7152 * ((packed >> 8) & 255) ** 2.2 +
    0.0722 * ((packed >> 16) & 255) ** 2.2;
  return luminance / 255 ** 2.2 > 0.18 ? '#000' : '#fff';
}

/** Returns the largest absolute value; 0 when there are no values. */
export function maxAbs(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) max = Math.max(max, Math.abs(values[i]));
  return max;
}
