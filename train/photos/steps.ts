/** @file One photo on its way, side by side: as it was taken, as the pipeline sees it, as the network gets it, the answer. */
import { basename } from 'node:path';
import type { PhotoStep } from '#shared/input/garment/photo.ts';
import { IMAGE_SIZE } from '#shared/labels.ts';
import { percent } from '../format.ts';
import { COLOURS } from '../report/theme.ts';
import type { Classified } from './classifier.ts';
import { drawGarment } from './draw.ts';
import { LETTER_HEIGHT, LETTER_WIDTH, type Write } from './font.ts';
import { blank, colourOf, enlarge, paste, type Raster, reduce } from './raster.ts';

const [PAPER, INK, MUTED] = [COLOURS.surface, COLOURS.ink, COLOURS.muted].map(colourOf);

/** Room for a photo beside the network's 28 pixels: with two gaps of one, all is 80 wide, as terminals are. */
const PHOTO_WIDTH = 25;

/** Photo, garment and the network's image side by side; the last is 28 · `scale` pixels large, as high as all. */
export function drawSteps({ pixels, prepared }: Classified, scale: number, gap: number): Raster {
  const [width, height] = [PHOTO_WIDTH * scale, IMAGE_SIZE * scale];
  const strip = blank(2 * (width + gap) + height, height, PAPER);
  for (const [i, picture] of [
    reduce(pixels, width, height),
    drawGarment(pixels, prepared, width, height),
  ].entries()) {
    const left = i * (width + gap) + Math.floor((width - picture.width) / 2);
    paste(strip, picture, left, Math.floor((height - picture.height) / 2));
  }
  paste(strip, enlarge(prepared.image, scale), 2 * (width + gap), 0);
  return strip;
}

const SCALE = 10;
const GAP = 12;
const TEXT_WIDTH = 48 * LETTER_WIDTH;
const LINE = LETTER_HEIGHT + 4;

/** A photo's way with its name, answer, steps and warnings beside it. */
export function drawAnswer(path: string, classified: Classified, write: Write): Raster {
  const { predictions, prepared } = classified;
  const strip = drawSteps(classified, SCALE, GAP);
  const picture = blank(strip.width + TEXT_WIDTH + 3 * GAP, strip.height + 2 * GAP, PAPER);
  paste(picture, strip, GAP, GAP);
  const [answer, ...others] = predictions
    .slice(0, 3)
    .map(({ label, score }) => `${percent(score, 1)} ${label}`);
  const lines = [
    { text: basename(path), colour: MUTED },
    { text: answer, colour: INK },
    ...others.map((text) => ({ text, colour: MUTED })),
    ...[...stepTexts(prepared.steps), ...prepared.warnings].map((text) => ({ text, colour: INK })),
  ];
  for (const [i, { text, colour }] of lines.slice(0, Math.floor(strip.height / LINE)).entries()) {
    write(picture, text, strip.width + 2 * GAP, GAP + i * LINE, colour, TEXT_WIDTH);
  }
  return picture;
}

/** Each step with its details: `mask: threshold 81.2, share 0.312`. */
export const stepTexts = (steps: readonly PhotoStep[]): string[] =>
  steps.map(({ step, ...details }) => {
    const texts = Object.entries(details).map(([name, value]) => {
      return `${name} ${typeof value === 'number' ? Number(value.toPrecision(3)) : value}`;
    });
    return texts.length > 0 ? `${step}: ${texts.join(', ')}` : step;
  });
