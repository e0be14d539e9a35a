/** @file A mask of 0 and 255, one byte a pixel, row by row: its connected parts, its holes, its box. */
import type { Bench, Grid, Level } from './bench.ts';
import { resample } from './prior.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** What is smaller than this share of the largest part is no shoe of a pair and no second half. */
const LEAST_PART = 0.2;

/** A hole up to this share of the object is a print or a button; what trouser legs enclose is more. */
const MOST_HOLE = 0.1;

/** What is likelier than not, without small parts and with small holes filled: the bench's part. */
export function findPart({ kernels, at }: Bench, { probability, width, height, row, count }: Level): void {
  const { part, scratch, seen } = at;
  kernels.u8_at_least(part, probability, 0.5, count);
  kernels.u8_tidy(part, ...scratch, seen, LEAST_PART, MOST_HOLE, width, height, row);
}

/** The part at the picture's size, as the bench's mask: smooth between the blocks that the probabilities stand for. */
export function enlarge(bench: Bench, { probability, ...fine }: Level, picture: Grid): void {
  const { kernels, at } = bench;
  // What was removed is less likely than not, what was filled is as likely as not.
  kernels.f32_confine(at.scratch[0], probability, at.part, 0.5, 0.499, fine.count);
  const doubled = { width: 2 * fine.width, height: 2 * fine.height, row: picture.row };
  resample(bench, at.colours, doubled, { ...fine, at: at.scratch[0] });
  kernels.u8_at_least(at.mask, at.colours, 0.5, picture.count);
}

/** The smallest box around the bench's mask; none around an empty one. */
export function boundingBox({ kernels, memory, at }: Bench, { width, height, row }: Grid): Box | undefined {
  kernels.i32_box(at.sums, at.mask, width, height, row);
  const [left, top, right, bottom] = new Int32Array(memory.buffer, at.sums, 4) as unknown as [
    number,
    number,
    number,
    number,
  ];
  return right > 0 ? { left, top, width: right - left, height: bottom - top } : undefined;
}

/** The bench's mask without the ends of rows. */
export function readMask({ memory, at }: Bench, { width, height, row }: Grid): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    mask.set(new Uint8Array(memory.buffer, at.mask + y * row, width), y * width);
  return mask;
}

export function onBorder(i: number, { width, height }: Size): boolean {
  const x = i % width;
  return x === 0 || x === width - 1 || i < width || i >= width * (height - 1);
}
