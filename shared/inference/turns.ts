/** @file Inference in parts, so that few inputs are in memory at once, and the program can do other work in between. */
import { bytesOf, type PictureInput } from '../input/preprocessing.ts';
import { TURN_MS, type Turn } from '../turn.ts';
import type { Classifier } from './engine.ts';

/** Most values of a network's input for the images that are classified at once: 4 MiB, or one image. */
const PART_VALUES = 2 ** 20;

interface Network {
  classifier: Classifier;
  input: PictureInput;
}

/** Estimates the CPU time of inference, in milliseconds. */
export const inferenceMs = ({ milliseconds = 0 }: Classifier, images: number): number =>
  milliseconds * images;

/** Returns how many images are classified at once. */
export const imagesAtOnce = ({ classifier, input }: Network): number =>
  Math.max(1, Math.floor(Math.min(TURN_MS / inferenceMs(classifier, 1), PART_VALUES / bytesOf(input.shape))));

/**
 * Computes the output of a batch.
 * @param images returns the network's input for a part of it
 * @param turn is awaited before each part, if there are several
 */
export async function logitsInTurns(
  network: Network,
  n: number,
  images: (start: number, end: number) => Float32Array,
  turn: Turn = async () => {},
): Promise<Float32Array> {
  const most = imagesAtOnce(network);
  const parts: number[] = [];
  for (let start = 0; start < n; start += most) {
    if (n > most) await turn();
    const end = Math.min(start + most, n);
    parts.push(...(await network.classifier.logits(images(start, end), end - start)));
  }
  return Float32Array.from(parts);
}
