/** @file Three channels as one picture in colour. */
import { PIXEL_SCALE } from '#shared/input/preprocessing.ts';
import type { Palette } from '../canvas/colour.ts';
import type { Plane } from '../canvas/plane.ts';

/** Combines three channels in one plane. Each value is the index of its pixel in a palette that contains the colour of every pixel. */
export function colourPlane(planes: readonly Plane[]): { whole: Plane; palette: Palette } {
  const [red, green, blue] = planes.map(({ data }) => data.map((value) => Math.round(value * PIXEL_SCALE)));
  const colours = Uint32Array.from(red, (r, i) => (255 << 24) | (blue[i] << 16) | (green[i] << 8) | r);
  const whole = { ...planes[0], data: Float32Array.from(red, (_, i) => i) };
  return { whole, palette: { low: 0, high: colours.length - 1, colours } };
}
