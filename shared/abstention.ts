/** @file Decides when the service declines to answer, because an answer would not be reliable. */
import { LOW_QUALITY } from './input/garment/mask-quality.ts';
import type { PreparedPhoto } from './input/garment/photo.ts';
import type { Manifest } from './manifest.ts';
import type { Prediction } from './predictions.ts';

/**
 * The reasons that are known from the photo alone:
 * - `no-garment`: no object stands out from the background
 * - `poor-mask`: the outline of the object is unreliable, or rounder than that of any garment
 */
export const PHOTO_FLAWS = ['no-garment', 'poor-mask'] as const;
export type PhotoFlaw = (typeof PHOTO_FLAWS)[number];

/**
 * The reasons that the scores give:
 * - `none-of-these`: the picture most likely shows none of what the labels name
 * - `low-score`: no label has the least score that the model's manifest asks for, or it can well be none of these
 */
const DOUBTS = ['none-of-these', 'low-score'] as const;
type Doubt = (typeof DOUBTS)[number];

export const ABSTENTION_REASONS = [...PHOTO_FLAWS, ...DOUBTS] as const;
export type AbstentionReason = PhotoFlaw | Doubt;

/** What a manifest says about declining to answer. */
type Rules = Pick<Manifest, 'leastScore' | 'none'>;

/**
 * A model's default. Calibrated scores are probabilities, so below this one, an answer is more likely wrong than right. Models with a label
 * for none of these ask for less, because the score of that label is subtracted.
 */
export const LEAST_SCORE = 0.5;
export const LEAST_SCORE_BESIDE_NONE = 0.4;

/**
 * Returns why the first label is not a reliable answer, or undefined if it is one.
 * @param ranked all labels of the model, most likely first
 */
export const abstentionOf = (
  photo: PreparedPhoto,
  ranked: readonly Prediction[],
  rules: Rules,
): AbstentionReason | undefined => flawOf(photo) ?? doubtOf(ranked, rules);

/** Returns why no answer about a photo is reliable, whatever the scores; undefined if an answer can be. */
export function flawOf({
  steps,
  quality = 1,
}: Pick<PreparedPhoto, 'steps' | 'quality'>): PhotoFlaw | undefined {
  if (steps.some(({ step }) => step === 'whole-frame')) return 'no-garment';
  return quality < LOW_QUALITY ? 'poor-mask' : undefined;
}

/**
 * Returns the reason that the scores give; undefined if there is none. An answer costs 1 when its label is wrong, and 2 when the
 * picture shows none of these; no answer costs 1 − leastScore. What is expected to cost less is chosen (Chow, "On optimum recognition error
 * and reject tradeoff", 1970).
 * @param ranked all labels of the model, most likely first
 */
export function doubtOf(ranked: readonly Prediction[], rules: Rules): Doubt | undefined {
  const [best] = ranked;
  if (best && best.label === rules.none) return 'none-of-these';
  return certaintyOf(ranked, rules) >= leastScoreOf(rules) ? undefined : 'low-score';
}

/** Returns the certainty below which a model declines to answer. */
export const leastScoreOf = ({ leastScore, none }: Rules): number =>
  leastScore ?? (none === undefined ? LEAST_SCORE : LEAST_SCORE_BESIDE_NONE);

/**
 * Returns what a model's least score is compared with: the highest score of another label, less that of none of these. It is negative
 * when none of these is the most likely.
 */
export function certaintyOf(ranked: readonly Prediction[], { none }: Pick<Rules, 'none'>): number {
  const scoreOf = (prediction: Prediction | undefined) => prediction?.score ?? 0;
  const best = ranked.find(({ label }) => label !== none);
  return scoreOf(best) - scoreOf(ranked.find(({ label }) => label === none));
}
