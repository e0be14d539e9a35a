/** @file Numbers → colours: grey for brightness, blue and orange on either side of zero, in the page's scheme. */

/** Packed pixels (ABGR, as ImageData lies in memory) of numbers from low to high. */
export interface Palette {
  low: number;
  high: number;
  colours: Uint32Array;
}

/** Odd, so that zero has a colour of its own. */
const STEPS = 511;

type Rgb = readonly [red: number, green: number, blue: number];

const pack = ([red, green, blue]: Rgb): number =>
  (255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red);

/** Colours between anchors at equal distances. */
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

/** Colours grow faster than numbers, so that a weak map beside a strong one still shows what it has. */
const GAMMA = 0.65;

/** A ramp whose middle is zero. */
const around = (...anchors: Rgb[]): Uint32Array => {
  const even = ramp(...anchors);
  return even.map((_, i) => {
    const share = (2 * i) / (STEPS - 1) - 1;
    const grown = Math.sign(share) * Math.abs(share) ** GAMMA;
    return even[Math.round(((grown + 1) / 2) * (STEPS - 1))];
  });
};

// Strong, zero, strong. Zero is the colour of the page's surfaces, so that nothing looks like nothing.
const SIGNED = {
  light: around([164, 60, 0], [232, 126, 58], [255, 255, 255], [74, 152, 214], [0, 82, 140]),
  dark: around([255, 176, 120], [214, 96, 36], [38, 35, 32], [34, 116, 176], [130, 204, 255]),
};

export const darkScheme = matchMedia('(prefers-color-scheme: dark)');

/** Brightness: 0 is black in either scheme, as in the data set. */
export const grey = (high = 1): Palette => ({ low: 0, high, colours: GREY });

/** Brightness of one of the channels red, green, blue. */
export const tint = (channel: number): Palette => ({ low: 0, high: 1, colours: TINTS[channel] });

/** Signed numbers up to `scale` on either side. */
export const signed = (scale: number): Palette => ({
  low: -(scale || 1),
  high: scale || 1,
  colours: darkScheme.matches ? SIGNED.dark : SIGNED.light,
});

export function colourOf({ low, high, colours }: Palette, value: number): number {
  const last = colours.length - 1;
  const step = Math.round(((value - low) / (high - low)) * last);
  return colours[step < 0 ? 0 : step > last ? last : step];
}

export function cssColour(palette: Palette, value: number): string {
  const packed = colourOf(palette, value);
  return `rgb(${packed & 255} ${(packed >> 8) & 255} ${(packed >> 16) & 255})`;
}

/** Black or white, whichever is readable on that colour (relative luminance of WCAG 2.2, roughly). */
export function inkOn(palette: Palette, value: number): string {
  const packed = colourOf(palette, value);
  const light =
    0.2126 * (packed & 255) ** 2.2 +
    0.7152 * ((packed >> 8) & 255) ** 2.2 +
    0.0722 * ((packed >> 16) & 255) ** 2.2;
  return light / 255 ** 2.2 > 0.18 ? '#000' : '#fff';
}

/** The largest distance from zero. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}
