/** @file What the background looks like, told by the border, and how far each pixel is from it. */
import type { Picture } from './flatten.ts';
import { borderPixels } from './mask.ts';

export type Colour = readonly [red: number, green: number, blue: number];

/** Border pixels farther than this from the first colour (Euclidean, 0..441) may be a second background colour. */
const OTHER_COLOUR = 60;

/** Share of the border that a second colour covers at least; less is an object that touches the border. */
const LEAST_SHARE = 0.35;

/** One or two colours: the median of the border, and that of its other part when the part is large (wall and floor). */
export function backgroundColours(picture: Picture): Colour[] {
  const border = borderColours(picture);
  const main = medianColour(border);
  const others = border.filter((colour) => distance(colour, main) > OTHER_COLOUR);
  return others.length >= LEAST_SHARE * border.length ? [main, medianColour(others)] : [main];
}

/** Distance of each pixel to the nearest of `colours`, row by row. */
export function distances({ width, height, rgb }: Picture, colours: readonly Colour[]): Float32Array {
  const nearest = new Float32Array(width * height);
  for (let i = 0; i < nearest.length; i++) {
    let least = Number.POSITIVE_INFINITY;
    for (const [red, green, blue] of colours) {
      const dr = (rgb[3 * i] as number) - red;
      const dg = (rgb[3 * i + 1] as number) - green;
      const db = (rgb[3 * i + 2] as number) - blue;
      least = Math.min(least, dr * dr + dg * dg + db * db);
    }
    nearest[i] = Math.sqrt(least);
  }
  return nearest;
}

function borderColours({ width, height, rgb }: Picture): Colour[] {
  return borderPixels({ width, height }).map((i) => colourAt(rgb, i));
}

function colourAt(rgb: Float32Array, i: number): Colour {
  return [rgb[3 * i] as number, rgb[3 * i + 1] as number, rgb[3 * i + 2] as number];
}

function medianColour(colours: readonly Colour[]): Colour {
  return [median(colours, 0), median(colours, 1), median(colours, 2)];
}

function median(colours: readonly Colour[], channel: 0 | 1 | 2): number {
  const values = Float32Array.from(colours, (colour) => colour[channel]).sort();
  return values[values.length >> 1] as number;
}

function distance(a: Colour, b: Colour): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
