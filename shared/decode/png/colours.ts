/** @file The colours that the samples of a PNG stand for (W3C, Portable Network Graphics, 11.2.2 and 11.3.1). */
import { COLOUR, type PngHeader } from './header.ts';

/** Whether a pixel is one sample of up to 8 bits, so that a table has its colour. */
export const hasColourTable = ({ channels, depth }: PngHeader): boolean => channels === 1 && depth <= 8;

/** Returns the RGBA of each value of a sample: a colour of the palette, or a grey. */
export function colourTable({ colourType, depth, palette, transparency }: PngHeader): Uint8Array {
  const brightest = 2 ** depth - 1;
  const table = new Uint8Array(4 * (brightest + 1)).fill(255);
  for (let value = 0; value <= brightest; value++) {
    const grey = (255 * value) / brightest;
    table.set(palette?.subarray(3 * value, 3 * value + 3) ?? [grey, grey, grey], 4 * value);
  }
  if (!transparency) return table;
  if (colourType === COLOUR.indexed) {
    for (let value = 0; value <= brightest; value++) table[4 * value + 3] = transparency[value] ?? 255;
  } else table[4 * ((transparency[1] as number) & brightest) + 3] = 0;
  return table;
}

/** Returns the samples of the colour that is transparent, as they are stored in a pixel; none if no colour is. */
export const transparentSamples = ({ channels, depth, transparency }: PngHeader): Uint8Array | undefined =>
  transparency?.filter((_, i) => i < 2 * channels && (depth === 16 || i % 2 === 1));
