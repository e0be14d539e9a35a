/** @file Measures a model on held-out images in onnxruntime, so that models of any engine are compared in the same way. */
import { Loader } from '../dataset/loader.ts';
import type { Split } from '../dataset/split.ts';
import { Generator } from '../random.ts';
import { onnxPredictor } from '../release/onnxruntime.ts';
import { evaluate } from '../training/evaluate.ts';

const BATCH_SIZE = 100;

/**
 * Evaluates a model on a split.
 * @param onnx bytes of an ONNX file that this program exported
 * @param classes number of classes of the model
 * @returns [count], in the order of the split: 1 where the prediction is the label
 */
export async function correctPredictions(
  onnx: Uint8Array,
  split: Split,
  classes: number,
): Promise<Uint8Array> {
  const loader = new Loader(split, { batchSize: BATCH_SIZE, shuffle: false, generator: Generator.seeded(0) });
  return (await evaluate(await onnxPredictor(onnx), loader, classes)).correct;
}

export const countCorrect = (correct: Uint8Array): number => correct.reduce((sum, one) => sum + one, 0);
