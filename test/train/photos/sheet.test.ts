/** @file What is drawn for eyes, read back from the PNG files by the decoder: colours, places, letters. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LABELS } from '#shared/labels.ts';
import { openDecoder } from '../../../train/photos/classifier.ts';
import { drawGarment } from '../../../train/photos/draw.ts';
import { openFont } from '../../../train/photos/font.ts';
import { writePages } from '../../../train/photos/pages.ts';
import { openPipeline } from '../../../train/photos/pipeline.ts';
import { blank, type Raster } from '../../../train/photos/raster.ts';
import { type Cell, drawCell, drawSheet } from '../../../train/photos/sheet.ts';
import { drawAnswer } from '../../../train/photos/steps.ts';
import { halfBlocks } from '../../../train/photos/terminal.ts';
import { COLOURS } from '../../../train/report/theme.ts';
import { paint } from '../../fixtures/images.ts';

const decoder = await openDecoder();
const write = await openFont();
const OUTLINE = '#ff00c8';

/** A dark rectangle, 100 × 200 from (50, 50), on white. */
const PIXELS = paint(200, 300, (x, y) => {
  const inside = x >= 50 && x < 150 && y >= 50 && y < 250;
  return inside ? [55, 55, 55] : [255, 255, 255];
});
const prepared = (await openPipeline())(PIXELS);
const predictions = LABELS.map((label, index) => ({ label, index, score: index === 0 ? 0.91 : 0.01 }));
const milliseconds = { decode: 0, pipeline: 0, inference: 0 };
const classified = { pixels: PIXELS, prepared, predictions, milliseconds };

/** Writes the pages to PNG files and reads them back; each as a function from a place to its colour. */
async function roundTrip(pages: readonly Raster[]) {
  const paths = await writePages(join(await mkdtemp(join(tmpdir(), 'sheet-')), 'out.png'), pages);
  const files = await Promise.all(paths.map((path) => readFile(path)));
  const colours = [];
  for (const file of files) {
    const { width, height, data } = await decoder.decode(new Uint8Array(file));
    const copy = data.slice();
    const at = (x: number, y: number) =>
      `#${Buffer.from(copy.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)).toString('hex')}`;
    colours.push({ width, height, at });
  }
  return { paths, pages: colours };
}

const letters = ({ width, height, rgb }: Raster) =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (rgb[3 * (y * width + x)] ? '#' : ' '))
      .join('')
      .trimEnd(),
  ).join('\n');

describe('a cell of the sheet', () => {
  it.each([
    [true, COLOURS.green],
    [false, COLOURS.vermillion],
  ])(
    'that is right: %s, has a frame of that colour, the garment outlined, and the network’s pixels',
    async (right, frame) => {
      const cell = drawCell(classified, { right, file: 'one.jpg' }, write);
      const [{ at, width, height }] = (await roundTrip([cell])).pages;
      for (const [x, y] of [
        [0, 0],
        [width - 1, 0],
        [3, height - 4],
        [width - 1, height - 1],
      ])
        expect(at(x, y)).toBe(frame);
      // The photo, 200 × 300, is 133 × 200 in a space of 150 × 200 from (8, 8): its corner is at (16, 8).
      const place = (x: number, y: number) => at(16 + Math.round(x / 1.5), 8 + Math.round(y / 1.5));
      expect(place(100, 150)).toBe('#373737');
      expect(place(20, 20)).toBe('#7f7f7f');
      const row = Array.from({ length: 133 }, (_, x) => at(16 + x, 108));
      const outlines = [...row.keys()].filter((x) => row[x] === OUTLINE);
      expect(outlines).toHaveLength(2);
      expect(Math.abs(outlines[0] - 33)).toBeLessThan(2);
      expect(Math.abs(outlines[1] - 100)).toBeLessThan(2);
      // 28 × 28 pixels of 5 × 5.
      const expected = Array.from(prepared.image, (grey) => `#${Buffer.alloc(3, grey).toString('hex')}`);
      const corner = (i: number) => [162 + 5 * (i % 28), 8 + 5 * Math.floor(i / 28)];
      expect(expected.map((_, i) => at(corner(i)[0], corner(i)[1]))).toEqual(expected);
      expect(expected.map((_, i) => at(corner(i)[0] + 4, corner(i)[1] + 4))).toEqual(expected);
    },
  );

  it('shows a box where there is no mask, and the bare photo where there is neither', () => {
    const { mask, box, ...nothing } = prepared;
    const boxed = drawGarment(PIXELS, { ...nothing, box: box ?? never() }, 100, 150);
    const at = (x: number, y: number) =>
      Buffer.from(boxed.rgb.subarray(3 * (100 * y + x)).slice(0, 3)).toString('hex');
    expect([at(25, 25), at(74, 124), at(50, 75), at(10, 10)]).toEqual([
      'ff00c8',
      'ff00c8',
      '373737',
      'ffffff',
    ]);
    const bare = drawGarment(PIXELS, nothing, 100, 150);
    expect(new Set(bare.rgb)).toEqual(new Set([55, 255]));
  });
});

describe('text', () => {
  it('is readable, cut to its width, and a question mark where the font has no letter', () => {
    const on = blank(54, 15, [0, 0, 0]);
    write(on, 'Bäg 漢字 is long', 0, 0, [255, 255, 255]);
    expect(`\n${letters(on)}\n`).toMatchInlineSnapshot(`
      "


       #####     #   #                      #####    ##   #
       #    #    #   #                     #     #  #  #  #
       #     #                             #     #  #   ##
       #    #    #####    #### #                 #
       #####          #  #    #                 #
       #    #         #  #    #                #
       #     #   ######  #    #               #
       #     #  #     #   ####                #
       #    #   #    ##  #
       #####     #### #   #####               #
                         #     #
                         #     #
                          #####
      "
    `);
  });
});

describe('the sheet', () => {
  const cells = (folder: string, count: number, right: (i: number) => boolean): Cell[] =>
    Array.from({ length: count }, (_, i) => ({
      folder,
      label: 'Coat',
      right: right(i),
      score: (i + 1) / (count + 1),
      // The score is the picture's colour, to know it again.
      picture: blank(318, 216, [i, folder.length, 0]),
    }));

  it('puts the surest mistakes first, folder after folder, and goes on with new pages', async () => {
    const { paths, pages } = await roundTrip(
      drawSheet([...cells('dress', 7, (i) => i % 2 === 0), ...cells('shoe', 61, () => false)], write),
    );
    expect(paths.map((path) => path.replace(/.*\//, ''))).toEqual(['out-1.png', 'out-2.png', 'out-3.png']);
    for (const { width, height } of pages) {
      expect(width).toBeLessThanOrEqual(2000);
      expect(height).toBeLessThanOrEqual(2000);
    }
    const [{ width, at }] = pages;
    const step = (width - 8) / 5;
    const cell = (column: number, top: number) => at(8 + column * step + 100, top);
    const colour = (i: number, letters: number) => `#${Buffer.from([i, letters, 0]).toString('hex')}`;
    // Wrong are 5, 3, 1; right are 6, 4, 2, 0.
    expect([0, 1, 2, 3, 4].map((column) => cell(column, 100))).toEqual(
      [5, 3, 1, 6, 4].map((i) => colour(i, 5)),
    );
    expect([0, 1, 2].map((column) => cell(column, 320))).toEqual([colour(2, 5), colour(0, 5), COLOURS.page]);
    expect(cell(0, 580)).toBe(colour(60, 4));
    // Above the first row of every page stands its folder.
    expect(pages.map(({ at }) => at(800, 10))).toEqual(pages.map(() => COLOURS.ink));
  });

  it('of one page keeps its name', async () => {
    const { paths } = await roundTrip(
      drawSheet(
        cells('dress', 1, () => true),
        write,
      ),
    );
    expect(paths[0]).toMatch(/out\.png$/);
  });
});

describe('one photo', () => {
  it('is drawn as it is, with its garment, and as the network gets it', () => {
    const { width, height, rgb } = drawAnswer('some/photo.jpg', classified, write);
    expect(height).toBe(304);
    const at = (x: number, y: number) => rgb[3 * (y * width + x)];
    const middle = [12 + 125, 12 + 262 + 125, 12 + 524 + 140].map((x) => at(x, 152));
    expect(middle).toEqual([55, 55, prepared.image[14 * 28 + 14]]);
  });

  it('in a terminal is half blocks, the upper pixel in front of the lower one', () => {
    const rgb = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18);
    expect(halfBlocks({ width: 2, height: 3, rgb })).toBe(
      '\x1b[38;2;1;2;3;48;2;7;8;9m▀\x1b[38;2;4;5;6;48;2;10;11;12m▀\x1b[0m',
    );
  });
});

function never(): never {
  throw new Error('the pipeline found no box');
}
