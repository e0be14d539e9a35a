/**
 * @file Text in pictures. The font is X11's "fixed", 9 × 15 pixels a letter (font-misc-misc: "Public domain font. Share and
 * enjoy."), as a picture of its Latin-1 letters, 16 in a row from the space on: no machine needs fonts, and a text is the same
 * pixels everywhere.
 */
import { readFile } from 'node:fs/promises';
import { openDecoder } from './classifier.ts';
import type { Colour, Raster } from './raster.ts';

const FILE = new URL('font-9x15.png', import.meta.url);

/** Of a letter, in pixels. */
export const LETTER_WIDTH = 9;
export const LETTER_HEIGHT = 15;

const IN_ROW = 16;
const FIRST = 0x20;
const LAST = 0xff;

/** Draws a line of text from its left upper corner. What does not fit ends in `~`, what the font lacks is `?`. */
export type Write = (
  on: Raster,
  text: string,
  left: number,
  top: number,
  colour: Colour,
  width?: number,
) => void;

export async function openFont(): Promise<Write> {
  const font = await (await openDecoder()).decode(new Uint8Array(await readFile(FILE)));
  return (on, text, left, top, colour, width = on.width - left) => {
    const letters = [...text];
    const most = Math.floor(width / LETTER_WIDTH);
    const shown = letters.length > most ? [...letters.slice(0, most - 1), '~'] : letters;
    for (const [n, letter] of shown.entries()) {
      const glyph = glyphOf(letter);
      const [fromX, fromY] = [(glyph % IN_ROW) * LETTER_WIDTH, Math.floor(glyph / IN_ROW) * LETTER_HEIGHT];
      for (let y = 0; y < LETTER_HEIGHT; y++) {
        for (let x = 0; x < LETTER_WIDTH; x++) {
          if (font.data[4 * ((fromY + y) * font.width + fromX + x)] === 0) continue;
          on.rgb.set(colour, 3 * ((top + y) * on.width + left + n * LETTER_WIDTH + x));
        }
      }
    }
  };
}

function glyphOf(letter: string): number {
  const code = letter.codePointAt(0) as number;
  return (code >= FIRST && code <= LAST ? code : '?'.charCodeAt(0)) - FIRST;
}
