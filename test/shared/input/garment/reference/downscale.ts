/** @file Reference: a picture of any size with transparency → a small opaque one. */
import type { Pixels, Size } from '#shared/decode/pixels.ts';

/** An opaque picture: RGB in 0..255, interleaved, row by row. */
export interface Picture extends Size {
  /** 3 · width · height numbers. */
  readonly rgb: Float32Array;
}

/** Composites the pixels over white and averages areas, so that the longest edge is at most `edge`. Never enlarges. */
export function downscale({ width, height, data }: Pixels, edge: number): Picture {
  const scale = Math.min(1, edge / Math.max(width, height));
  const small = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const rgb = new Float32Array(3 * small.width * small.height);
  for (let y = 0; y < small.height; y++) {
    const [top, bottom] = span(y, small.height, height);
    for (let x = 0; x < small.width; x++) {
      const [left, right] = span(x, small.width, width);
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let row = top; row < bottom; row++) {
        for (let at = 4 * (row * width + left); at < 4 * (row * width + right); at += 4) {
          const opacity = data[at + 3] as number;
          if (opacity === 255) {
            red += data[at] as number;
            green += data[at + 1] as number;
            blue += data[at + 2] as number;
            continue;
          }
          red += 255 + (opacity / 255) * ((data[at] as number) - 255);
          green += 255 + (opacity / 255) * ((data[at + 1] as number) - 255);
          blue += 255 + (opacity / 255) * ((data[at + 2] as number) - 255);
        }
      }
      const count = (bottom - top) * (right - left);
      const to = 3 * (y * small.width + x);
      rgb[to] = red / count;
      rgb[to + 1] = green / count;
      rgb[to + 2] = blue / count;
    }
  }
  return { ...small, rgb };
}

/** Returns the source pixels from..to that become target pixel `i` of `count`: whole pixels, at least one. */
function span(i: number, count: number, size: number): [number, number] {
  const from = Math.floor((i * size) / count);
  return [from, Math.max(from + 1, Math.floor(((i + 1) * size) / count))];
}

/** Returns the luma of a colour. Rec. 601 weights, as in the `L` mode of common image libraries. */
export function luma(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
