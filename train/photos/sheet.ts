/** @file A contact sheet: every photo with what the pipeline made of it and what the network said, for eyes to go over. */
import type { Prediction } from '#shared/predictions.ts';
import { percent } from '../format.ts';
import { COLOURS } from '../report/theme.ts';
import type { Classified } from './classifier.ts';
import { drawGarment } from './draw.ts';
import { LETTER_HEIGHT, type Write } from './font.ts';
import { blank, colourOf, enlarge, fill, frame, paste, type Raster } from './raster.ts';
import type { Judged } from './score.ts';

/** A photo's place on the sheet. */
export interface Cell extends Judged {
  picture: Raster;
}

/** The largest photo in a cell, in pixels; the network's image stands beside it. */
const [PHOTO_WIDTH, PHOTO_HEIGHT] = [150, 200];
const INPUT_SCALE = 5;
const INPUT = 28 * INPUT_SCALE;
const EDGE = 4;
const PAD = 4;
const CELL_WIDTH = PHOTO_WIDTH + INPUT + 3 * PAD + 2 * EDGE;
const CELL_HEIGHT = PHOTO_HEIGHT + 2 * PAD + 2 * EDGE;

const COLUMNS = 5;
const GAP = 8;
const HEADING = 28;
const PAGE_WIDTH = COLUMNS * (CELL_WIDTH + GAP) + GAP;

/** A page is about square, and no larger: vision models reduce a picture to a square of some size, and must still read it. */
const MOST_HEIGHT = 1640;

const [PAPER, INK, MUTED] = [COLOURS.surface, COLOURS.ink, COLOURS.muted].map(colourOf);
const [RIGHT, WRONG] = [COLOURS.green, COLOURS.vermillion].map(colourOf);

/** Photo with the garment outlined, the network's image, the two likeliest labels, the steps, the file's name. */
export function drawCell(
  { pixels, prepared, predictions }: Classified,
  { right, file }: { right: boolean; file: string },
  write: Write,
): Raster {
  const cell = blank(CELL_WIDTH, CELL_HEIGHT, PAPER);
  const colour = right ? RIGHT : WRONG;
  frame(cell, { left: 0, top: 0, width: CELL_WIDTH, height: CELL_HEIGHT }, colour, EDGE);
  const inner = EDGE + PAD;
  const garment = drawGarment(pixels, prepared, PHOTO_WIDTH, PHOTO_HEIGHT);
  const middle = (space: number, size: number) => inner + Math.floor((space - size) / 2);
  paste(cell, garment, middle(PHOTO_WIDTH, garment.width), middle(PHOTO_HEIGHT, garment.height));
  const left = inner + PHOTO_WIDTH + PAD;
  paste(cell, enlarge(prepared.image, INPUT_SCALE), left, inner);
  const lines = [
    ...predictions.slice(0, 2).map(answerText),
    prepared.steps.map(({ step }) => step).join(' '),
    file,
  ];
  for (const [i, line] of lines.entries()) {
    write(cell, line, left, inner + INPUT + i * LETTER_HEIGHT, i === 0 ? colour : MUTED, INPUT);
  }
  return cell;
}

const answerText = ({ label, score }: Prediction): string =>
  `${label} ${percent(score, 0).replace(/\s/, '')}`;

/** Pages with a heading for each folder; in a folder the wrong answers come first, the surest of them at the beginning. */
export function drawSheet(cells: readonly Cell[], write: Write): Raster[] {
  const pages: Row[][] = [];
  for (const row of [...Map.groupBy(cells, ({ folder }) => folder)].flatMap(rowsOf)) {
    const page = pages.at(-1);
    if (page && heightOf([...page, row]) <= MOST_HEIGHT) page.push(row);
    else pages.push([row]);
  }
  return pages.map((rows) => drawPage(rows, write));
}

interface Row {
  /** Of the folder; it stands above the first of its rows on a page. */
  heading: string;
  cells: readonly Cell[];
}

function rowsOf([folder, cells]: [string, Cell[]]): Row[] {
  const sorted = cells.toSorted((a, b) => Number(a.right) - Number(b.right) || b.score - a.score);
  const right = cells.filter((cell) => cell.right).length;
  const heading = `${folder}: ${right} of ${cells.length} right, ${percent(right / cells.length, 1)}`;
  return Array.from({ length: Math.ceil(cells.length / COLUMNS) }, (_, i) => ({
    heading,
    cells: sorted.slice(i * COLUMNS, (i + 1) * COLUMNS),
  }));
}

const heightOf = (rows: readonly Row[]): number =>
  GAP + rows.length * (CELL_HEIGHT + GAP) + new Set(rows.map(({ heading }) => heading)).size * HEADING;

function drawPage(rows: readonly Row[], write: Write): Raster {
  const page = blank(PAGE_WIDTH, heightOf(rows), colourOf(COLOURS.page));
  let top = GAP;
  for (const [n, { heading, cells }] of rows.entries()) {
    if (heading !== rows[n - 1]?.heading) {
      fill(page, { left: 0, top: top - GAP / 2, width: PAGE_WIDTH, height: HEADING - GAP / 2 }, INK);
      write(page, heading, GAP, top, PAPER);
      top += HEADING;
    }
    for (const [i, { picture }] of cells.entries()) paste(page, picture, GAP + i * (CELL_WIDTH + GAP), top);
    top += CELL_HEIGHT + GAP;
  }
  return page;
}
