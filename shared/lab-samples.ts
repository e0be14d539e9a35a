/** @file Which training images the lab shows for a seed. */
import { Generator } from './random.ts';

/** Rows and columns of the images that are shown. */
export const GRID = 4;

/** Number of seeds, from 0, whose images are in release/lab/samples. */
export const SEEDS = 50;

/** Returns what `torch.manual_seed(seed)` and then `torch.randint(0, count, size=[1])` for each image draw. */
export function sampleIndices(seed: number, count: number): number[] {
  const generator = Generator.seeded(seed);
  return Array.from({ length: GRID * GRID }, () => generator.random() % count);
}
