/** @file Which images of a split a model gets right, as onnxruntime computes it: the judge of what is served, whoever trained it. */
import { LABELS } from '#shared/labels.ts';
import { Loader } from '../dataset/loader.ts';
import type { Split } from '../dataset/split.ts';
import { Generator } from '../random.ts';
import { onnxPredictor } from '../release/onnxruntime.ts';
import { evaluate } from '../training/evaluate.ts';

/** Images judged at once. */
const BATCH = 100;

/**
 * [count], in the order of the split: 1 where the model's first label is the image's.
 * @param onnx bytes of an ONNX file that this program wrote
 */
export async function rightAnswers(onnx: Uint8Array, split: Split): Promise<Uint8Array> {
  const loader = new Loader(split, { batchSize: BATCH, shuffle: false, generator: Generator.seeded(0) });
  return (await evaluate(await onnxPredictor(onnx), loader, LABELS.length)).right;
}

/** How many of them. */
export const countRight = (right: Uint8Array): number => right.reduce((sum, one) => sum + one, 0);
