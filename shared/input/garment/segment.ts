/**
 * @file Which pixels are the garment's. A picture has a few looks; how often each is the garment's and how often the floor's is
 * estimated from where the garment is expected, then from where it was found, again and again: GrabCut (Rother, Kolmogorov and
 * Blake 2004) with clusters for its mixtures and a random walker for its cut.
 */
import { type Bench, type Level, MOST_LOOKS } from './bench.ts';
import { halveFeatures } from './features.ts';
import { assignLooks, findLooks } from './looks.ts';
import { type PlacedMap, type ProbabilityMap, placeMap, resample } from './prior.ts';
import { start, tie, walk } from './walk.ts';

const ROUNDS = 4;

/** Sweeps of the walker at half the size, and from there at the whole. */
const [COARSE_SWEEPS, FINE_SWEEPS] = [8, 4];

/** Weights of the two kinds of evidence once there has been a round: by then looks know more than places do. */
const [PLACE, LOOK] = [0.5, 2];

/**
 * Finds the probability of each pixel of `fine` that it is the garment's.
 * @param prior where the garment is expected, 0 and 1 being certain
 */
export function segment(bench: Bench, fine: Level, coarse: Level, prior: ProbabilityMap): void {
  halveFeatures(bench, fine, coarse);
  const looks = findLooks(bench, coarse);
  const expected = placeMap(bench, prior);

  expect(bench, coarse, expected);
  findLookOdds(bench, coarse);
  weigh(bench, coarse, 1, 1);
  tie(bench, coarse);
  start(bench, coarse, bench.at.evidence);
  for (let round = 1; ; round++) {
    walk(bench, coarse, COARSE_SWEEPS);
    findLookOdds(bench, coarse);
    if (round === ROUNDS) break;
    weigh(bench, coarse, PLACE, LOOK);
  }

  // The same at full size: the looks' odds stay, the walker starts from what was found.
  assignLooks(bench, fine, looks);
  expect(bench, fine, expected);
  weigh(bench, fine, PLACE, LOOK);
  resample(bench, fine.probability, fine, { ...coarse, at: coarse.probability });
  tie(bench, fine);
  start(bench, fine, fine.probability);
  walk(bench, fine, FINE_SWEEPS);
}

/** The probabilities of a level's pixels from where they are, and their odds. */
function expect(bench: Bench, level: Level, prior: PlacedMap): void {
  resample(bench, level.probability, level, prior);
  bench.kernels.f32_log_odds(bench.at.placeOdds, level.probability, level.count);
}

/** Of each look, how much oftener it is the garment's than the floor's, from the pixels' probabilities. */
function findLookOdds({ kernels, at }: Bench, { width, height, row, lookOf, probability }: Level): void {
  kernels.f32_class_odds(at.odds, ...at.counts, lookOf, probability, MOST_LOOKS, width, height, row);
}

/** Each pixel's evidence by Bayes' rule: odds of its place and of its look, to the powers given. */
function weigh({ kernels, at }: Bench, { lookOf, count }: Level, place: number, look: number): void {
  kernels.f32_bayes(at.evidence, at.placeOdds, place, lookOf, at.odds, look, count);
}
