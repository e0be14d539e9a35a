/**
 * @file The GIF codec: decodes the first frame. It is our own, because the available packages are not safe: one never returns
 * from a certain file of 42 bytes, the others fill missing data with colour 0.
 */
import type { Codec } from '../codec.ts';
import { takeMemory } from '../memory.ts';
import type { GifFrame, GifHeader } from './header.ts';
import { decodeLzw } from './lzw.ts';

export const decodeGif: Codec<GifHeader> = (bytes, { width, height, frame }) => {
  const pixels = 4 * width * height;
  const { taken } = takeMemory(pixels + frame.width * frame.height, new Uint8Array());
  const [data, indices] = [taken.subarray(0, pixels), taken.subarray(pixels)];
  decodeLzw(bytes, frame.dataStart, indices);
  const rows = frame.isInterlaced
    ? interlacedRows(frame.height)
    : Array.from({ length: frame.height }, (_, y) => y);
  let next = 0;
  for (const row of rows) {
    let to = 4 * ((frame.top + row) * width + frame.left);
    for (let x = 0; x < frame.width; x++) {
      putColour(data, to, frame, indices[next++] as number);
      to += 4;
    }
  }
  return { width, height, data };
};

/** Writes the colour of an index at `to`. An index outside the palette is black. */
function putColour(
  data: Uint8ClampedArray,
  to: number,
  { palette, transparent }: GifFrame,
  index: number,
): void {
  if (index === transparent) return;
  data[to] = palette[3 * index] ?? 0;
  data[to + 1] = palette[3 * index + 1] ?? 0;
  data[to + 2] = palette[3 * index + 2] ?? 0;
  data[to + 3] = 255;
}

/** Returns the rows in the order of their data, in four passes (appendix E). */
function interlacedRows(height: number): number[] {
  const rows: number[] = [];
  for (const [first, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const) {
    for (let row = first; row < height; row += step) rows.push(row);
  }
  return rows;
}
