/** @file A grid of test images with their labels, predictions and scores. */
import type { Shape } from '#shared/model/spec.ts';
import type { TestPrediction } from '../../release/predictions.ts';
import { FIGURE_WIDTH, type Figure } from '../figure.ts';
import { type Markup, markup } from '../markup.ts';
import { planesPng } from '../png.ts';
import { COLOURS } from '../theme.ts';
import { percent } from '../unbroken.ts';

const COLUMNS = 4;
const GAP = 12;
const TILE = (FIGURE_WIDTH - (COLUMNS - 1) * GAP) / COLUMNS;
const LINE = 17;
const ROW = TILE + 3 * LINE + 14;

/** Paths of a tick and a cross in a square of 10. They distinguish correct from wrong without colour. */
const TICK = 'M0.5,5.5 L3.5,8.5 L9.5,1.5';
const CROSS = 'M1,1 L9,9 M9,1 L1,9';

/** What the predictions' images and indices stand for. */
interface Meaning {
  /** Names of the classes, by index. */
  labels: readonly string[];
  /** [channels, height, width] of an image. */
  shape: Shape;
}

/** Draws a grid with four images in a row. Below each are its label, the prediction and the score. */
export function testImages(
  heading: Pick<Figure, 'name' | 'title' | 'subtitle'>,
  predictions: readonly TestPrediction[],
  meaning: Meaning,
): Figure {
  const { labels } = meaning;
  const right = predictions.filter(({ label, prediction }) => label === prediction).length;
  return {
    ...heading,
    description: `${predictions.length} images, ${right} correct. ${predictions
      .map(({ label, prediction, score }) =>
        label === prediction
          ? `${labels[label]}, correct, ${scoreText(score)}`
          : `${labels[label]}, predicted as ${labels[prediction]}, ${scoreText(score)}`,
      )
      .join('; ')}.`,
    width: FIGURE_WIDTH,
    height: Math.ceil(predictions.length / COLUMNS) * ROW - 14,
    content: markup`${predictions.map((prediction, i) => tile(prediction, meaning, (i % COLUMNS) * (TILE + GAP), Math.floor(i / COLUMNS) * ROW))}`,
  };
}

function tile(
  { image, label, prediction, score }: TestPrediction,
  { labels, shape }: Meaning,
  x: number,
  y: number,
): Markup {
  const right = label === prediction;
  const colour = right ? COLOURS.green : COLOURS.vermillion;
  const png = planesPng(image, shape).toString('base64');
  return markup`<g transform="translate(${x},${y})" font-size="13">
<image width="${TILE}" height="${TILE}" href="data:image/png;base64,${png}" style="image-rendering:pixelated"/>
<rect x="1" y="1" width="${TILE - 2}" height="${TILE - 2}" fill="none" stroke="${right ? COLOURS.line : colour}" stroke-width="${right ? 1 : 3}"/>
<text y="${TILE + LINE}" font-weight="600" fill="${COLOURS.ink}">${labels[label]}</text>
<path d="${right ? TICK : CROSS}" transform="translate(0,${TILE + LINE + 7})" fill="none" stroke="${colour}" stroke-width="2.2"/>
<text x="15" y="${TILE + 2 * LINE}" fill="${colour}">${labels[prediction]}</text>
<text x="15" y="${TILE + 3 * LINE}" fill="${COLOURS.muted}">${scoreText(score)}</text>
</g>`;
}

const scoreText = (score: number): string => (score > 0.9995 ? '> 99.9\u00a0%' : percent(score, 1));
