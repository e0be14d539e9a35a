/**
 * @file `npm run example-answer`: computes what the try page shows before a visitor gives a photo: an example picture with its outline, the
 * network's input and the best scores. The page then needs no script for them. A test compares the files with the bundled model.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import type { AlphaMask } from '#shared/input/garment/photo.ts';
import { IMAGE_SIZE } from '#shared/input/garment/size.ts';
import { writeFileAtomic } from '../../train/files.ts';
import { openClassifier } from '../../train/photos/classifier.ts';
import { readRelease } from '../../train/release/release.ts';
import { greyPng } from '../../train/report/png.ts';
import { runCommand } from '../command.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'examples/answer');

const EXAMPLE = 'trouser';

/** How many labels are shown. */
const TOP = 3;

/** Returns the content of the files by their names. */
async function exampleAnswer(): Promise<Record<string, string | Uint8Array>> {
  const classify = await openClassifier(await readRelease(join(ROOT, 'release/tinyvgg.onnx')));
  const { prepared, predictions } = await classify(await readFile(join(ROOT, `examples/${EXAMPLE}.png`)));
  if (!prepared.mask) throw new Error(`the photo pipeline finds no garment in examples/${EXAMPLE}.png`);
  const drawing = await readFile(join(ROOT, `examples/${EXAMPLE}.svg`), 'utf8');
  const scores = predictions
    .slice(0, TOP)
    .map(({ label, score }) => ({ label, score: Number(score.toFixed(4)) }));
  return {
    'outline.svg': withOutline(drawing, prepared.mask),
    'input.png': greyPng(prepared.image, IMAGE_SIZE),
    'answer.json': `${JSON.stringify({ example: EXAMPLE, scores }, null, 2)}\n`,
  };
}

/** Adds the outline of a mask to a drawing, in the colours of the pages. */
function withOutline(drawing: string, mask: AlphaMask): string {
  const width = Number(/viewBox="0 0 (\d+) /.exec(drawing)?.[1]);
  const path = `<path transform="scale(${width / mask.width})" fill="none" stroke-linecap="round" d="${outlineOf(mask)}"`;
  return drawing.replace(
    '</svg>',
    `${path} stroke="#fcfbf7" stroke-width="5"/>${path} stroke="#007a55" stroke-width="2.5"/></svg>`,
  );
}

/** Returns the lines between pixels inside and outside of a mask, as an SVG path. */
function outlineOf({ width, height, data }: AlphaMask): string {
  const isInside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] > 127;
  const lines: string[] = [];
  for (let y = 0; y <= height; y++)
    for (const [from, to] of runs(width, (x) => isInside(x, y) !== isInside(x, y - 1)))
      lines.push(`M${from} ${y}H${to}`);
  for (let x = 0; x <= width; x++)
    for (const [from, to] of runs(height, (y) => isInside(x, y) !== isInside(x - 1, y)))
      lines.push(`M${x} ${from}V${to}`);
  return lines.join('');
}

/** Returns the ranges of 0..length in which a condition holds. */
function runs(length: number, holds: (i: number) => boolean): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (let i = 0; i < length; i++) {
    if (!holds(i)) continue;
    const last = ranges.at(-1);
    if (last?.[1] === i) last[1] = i + 1;
    else ranges.push([i, i + 1]);
  }
  return ranges;
}

await runCommand(
  new Command('npm run example-answer --')
    .description('Computes what the try page shows before a visitor gives a photo.')
    .option('--out <folder>', 'where to write the files', FOLDER)
    .action(async ({ out }: { out: string }) => {
      await mkdir(out, { recursive: true });
      for (const [name, content] of Object.entries(await exampleAnswer()))
        await writeFileAtomic(join(out, name), content);
      console.log(`Written: ${out}`);
    }),
);
