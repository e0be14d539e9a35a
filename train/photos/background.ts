/**
 * @file Describes a photo's background by a few numbers. They come from the decoded pixels along the border, so a change of the
 * photo pipeline does not move a photo to another cluster.
 */
import type { Pixels } from '#shared/decode/pixels.ts';
import { downscale, type RgbImage } from './downscale.ts';

/** Longest edge at which the border is measured, in pixels. At this size weave and noise are gone; folds and patterns remain. */
const EDGE = 128;

/** Width of the border, as a share of the shorter edge. */
const BORDER = 0.08;

/** Names of the features, in order: means and standard deviations in CIE Lab, and the mean step of L between neighbours. */
export const BACKGROUND_FEATURES = ['L', 'a', 'b', 'sd L', 'sd a', 'sd b', 'texture'] as const;

/** Returns the numbers that `BACKGROUND_FEATURES` names. */
export function backgroundFeatures(pixels: Pixels): number[] {
  const photo = downscale(pixels, EDGE, EDGE);
  const { width, height } = photo;
  const border = Math.max(1, Math.round(BORDER * Math.min(width, height)));
  const inside = (at: number, size: number) => at >= border && at < size - border;
  const labs: [number, number, number][] = [];
  let texture = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (inside(x, width) && inside(y, height)) continue;
      const lab = labAt(photo, x, y);
      const right = labAt(photo, Math.min(x + 1, width - 1), y);
      const below = labAt(photo, x, Math.min(y + 1, height - 1));
      texture += Math.hypot(right[0] - lab[0], below[0] - lab[0]);
      labs.push(lab);
    }
  }
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const channels = [0, 1, 2].map((channel) => labs.map((lab) => lab[channel]));
  const means = channels.map(mean);
  const deviations = channels.map((values, c) => Math.sqrt(mean(values.map((v) => (v - means[c]) ** 2))));
  return [...means, ...deviations, texture / labs.length];
}

/** Returns CIE 1976 L*a*b* of an sRGB pixel (IEC 61966-2-1), white point D65. */
function labAt({ width, rgb }: RgbImage, x: number, y: number): [number, number, number] {
  const at = 3 * (y * width + x);
  const [r, g, b] = [linear(rgb[at]), linear(rgb[at + 1]), linear(rgb[at + 2])];
  const fx = root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const fy = root(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const fz = root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

const linear = (byte: number): number =>
  byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4;

const root = (t: number): number => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
