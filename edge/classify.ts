/** @file Pixels → what is on them. */
import type { Pixels } from '#shared/decode/pixels.ts';
import { preparePhoto } from '#shared/photo/photo.ts';
import { type Prediction, rankLabels } from '#shared/predictions.ts';
import { networkInput, type ServedModel } from './model.ts';

/** The `topK` likeliest labels, likeliest first. */
export async function classify(
  { manifest, classifier }: ServedModel,
  pixels: Pixels,
  topK: number,
): Promise<Prediction[]> {
  const { image } = preparePhoto(pixels);
  const logits = await classifier.logits(networkInput(image), 1);
  return rankLabels(logits, manifest.labels, manifest.calibration.temperature).slice(0, topK);
}
