/**
 * @file Which pixels are the garment's. A picture has a few looks; how often each is the garment's and how often the floor's is
 * estimated from where the garment is expected, then from where it was found, again and again: GrabCut (Rother, Kolmogorov and
 * Blake 2004) with clusters for its mixtures and a random walker for its cut.
 */

import { centrePrior, type ProbabilityMap } from '#shared/input/garment/prior.ts';
import { type Features, halve } from './features.ts';
import { findLooks, nearestLooks } from './looks.ts';
import { resample } from './resample.ts';
import { tiesOf, walk, withFrame, withoutFrame } from './walk.ts';

/** Enough for a print, a lining and a carpet; 16 or 40 do no worse. */
const LOOKS = 20;

const ROUNDS = 4;

/** Sweeps of the walker at half the size, and from there at the whole. */
const [COARSE_SWEEPS, FINE_SWEEPS] = [8, 4];

/** Weights of the two kinds of evidence once there has been a round: by then looks know more than places do. */
const [PLACE, LOOK] = [0.5, 2];

/**
 * The probability of each pixel of `fine` that it is the garment's.
 * @param prior where the garment is expected, 0 and 1 being certain; the middle, when nothing is known
 */
export function segment(fine: Features, prior: ProbabilityMap = centrePrior()): ProbabilityMap {
  const coarse = halve(fine);
  const looks = findLooks(coarse, LOOKS);

  const [ties, lookOf, expected] = [tiesOf(coarse), nearestLooks(coarse, looks), resample(prior, coarse)];
  const placeOdds = logOdds(expected);
  let probability = expected;
  let evidence = weigh(placeOdds, lookOf, lookOdds(lookOf, expected), 1, 1);
  const framed = withFrame(evidence, coarse);
  for (let round = 1; ; round++) {
    walk(ties, withFrame(evidence, coarse), framed, COARSE_SWEEPS);
    probability = withoutFrame(framed, coarse);
    if (round === ROUNDS) break;
    evidence = weigh(placeOdds, lookOf, lookOdds(lookOf, probability), PLACE, LOOK);
  }
  return refine(fine, nearestLooks(fine, looks), lookOdds(lookOf, probability), prior, {
    ...coarse,
    data: probability,
  });
}

/** The same at full size: the looks' odds stay, the walker starts from what was found. */
function refine(
  features: Features,
  lookOf: Uint8Array,
  odds: Float32Array,
  prior: ProbabilityMap,
  found: ProbabilityMap,
): ProbabilityMap {
  const evidence = weigh(logOdds(resample(prior, features)), lookOf, odds, PLACE, LOOK);
  const framed = withFrame(resample(found, features), features);
  walk(tiesOf(features), withFrame(evidence, features), framed, FINE_SWEEPS);
  const { width, height } = features;
  return { width, height, data: withoutFrame(framed, features) };
}

/** Of each look, the logarithm of how much oftener it is the garment's than the floor's, from the pixels' probabilities. */
function lookOdds(lookOf: Uint8Array, probability: Float32Array): Float32Array {
  // Each look is seen once on either side (Laplace): none is impossible.
  const garment = new Float64Array(LOOKS).fill(1);
  const floor = new Float64Array(LOOKS).fill(1);
  let [garments, floors] = [LOOKS, LOOKS];
  for (let i = 0; i < lookOf.length; i++) {
    garment[lookOf[i]] += probability[i];
    floor[lookOf[i]] += 1 - probability[i];
    garments += probability[i];
    floors += 1 - probability[i];
  }
  return Float32Array.from(garment, (count, look) => Math.log(count / garments / (floor[look] / floors)));
}

function logOdds(probability: Float32Array): Float64Array {
  const odds = new Float64Array(probability.length);
  for (let i = 0; i < odds.length; i++) odds[i] = Math.log(probability[i] / (1 - probability[i]));
  return odds;
}

/** Each pixel's probability by Bayes' rule: odds of its place and of its look, to the powers given. */
function weigh(
  placeOdds: Float64Array,
  lookOf: Uint8Array,
  odds: Float32Array,
  place: number,
  look: number,
): Float32Array {
  const probability = new Float32Array(lookOf.length);
  for (let i = 0; i < probability.length; i++) {
    probability[i] = 1 / (1 + Math.exp(-(place * placeOdds[i] + look * odds[lookOf[i]])));
  }
  return probability;
}
