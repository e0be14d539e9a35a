/**
 * @file The GIF codec: decodes the first frame. It is our own, because the available packages are not safe: one never returns
 * from a certain file of 42 bytes, the others fill missing data with colour 0.
 */
import type { Codec } from '../codec.ts';
import { takeMemory } from '../memory.ts';
import type { GifFrame, GifHeader } from './header.ts';
import { decodeLzw } from './lzw.ts';

export const decodeGif: Codec<GifHeader> = async (bytes, { width, height, frame }, _, pace) => {
  const pixels = 4 * width * height;
  const { taken } = takeMemory(pixels + frame.width * frame.height, new Uint8Array());
  const [data, indices] = [taken.subarray(0, pixels), taken.subarray(pixels)];
  await decodeLzw(bytes, frame.dataStart, indices, pace);
  const rows = frame.isInterlaced
    ? interlacedRows(frame.height)
    : Array.from({ length: frame.height }, (_, y) => y);
  const colours = coloursOf(frame);
  const words = new Uint32Array(data.buffer, data.byteOffset, width * height);
  let next = 0;
  for (const row of rows) {
    const from = (frame.top + row) * width + frame.left;
    for (let to = from; to < from + frame.width; to++)
      words[to] = colours[indices[next++] as number] as number;
  }
  return { width, height, data };
};

/** Returns the RGBA of each index as a word. An index outside the palette is black. */
function coloursOf({ palette, transparent }: GifFrame): Uint32Array {
  const rgba = new Uint8Array(4 * 256);
  for (let index = 0; index < 256; index++) {
    if (index === transparent) continue;
    rgba.set(palette.subarray(3 * index, 3 * index + 3), 4 * index);
    rgba[4 * index + 3] = 255;
  }
  return new Uint32Array(rgba.buffer);
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
