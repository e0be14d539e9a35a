/** @file Finds copies of images: equal files, and images that look the same. */
import { setImmediate } from 'node:timers/promises';
import type { Shape } from '#shared/model/spec.ts';
import type { FolderImage } from '../dataset/folder/contents.ts';
import { type Agreement, align } from './align.ts';
import { correlation, distance, FINE_EDGE, type Fingerprint, fingerprint } from './fingerprint.ts';

/** Images that are copies of each other, as indices. */
export interface Copies {
  images: number[];
  /** Whether their files are equal. */
  exact: boolean;
}

/** Pairs of images with closer hashes and levels than these are aligned. */
const MOST_BITS = 16;
const LEAST_CORRELATION = 0.75;

/** Most pairs to align, about a millisecond each: those with the highest correlation. */
const MOST_PAIRS = 6000;

/** Least agreement of copies after the alignment. */
const LEAST_LEVELS = 0.94;
const LEAST_DETAILS = 0.74;

/** Images with such equal details are copies, whatever the other images look like. */
const EQUAL_DETAILS = 0.98;

/**
 * In some data sets, many different images look alike. A copy stands out: its disagreement is at most this share of the disagreement with
 * the image's fifth-best partner, as in the ratio test of Lowe, "Distinctive Image Features from Scale-Invariant Keypoints", 2004.
 */
const RATIO = 0.6;
const PARTNER = 4;

/**
 * Finds the copies among images.
 * @param pixels [images, channels, height, width]
 */
export async function findCopies(
  images: readonly FolderImage[],
  pixels: Uint8Array,
  shape: Shape,
  signal: AbortSignal,
): Promise<Copies[]> {
  const files = [...Map.groupBy(images.keys(), (i) => images[i].digest).values()];
  const size = pixels.length / images.length;
  const firsts = files.map(([first]) => first);
  const prints = firsts.map((i) => fingerprint(pixels.subarray(i * size, (i + 1) * size), shape));
  const near = joined(await nearPairs(prints, signal), firsts);
  return [
    ...files.filter(({ length }) => length > 1).map((own) => ({ images: own, exact: true })),
    ...near.map((own) => ({ images: own, exact: false })),
  ];
}

type Pair = [a: number, b: number];

/** Returns the pairs of fingerprints of images that look the same. */
async function nearPairs(prints: readonly Fingerprint[], signal: AbortSignal): Promise<Pair[]> {
  const aligned: ({ pair: Pair } & Agreement)[] = [];
  for (const { pair, mirrored } of await candidates(prints, signal)) {
    await pause(signal);
    const [a, b] = pair;
    const other = mirrored ? mirror(prints[b].fine) : prints[b].fine;
    aligned.push({ pair, ...align(prints[a].fine, other) });
  }
  const partners = new Map<number, number[]>();
  for (const { pair, details } of aligned) {
    for (const i of pair) partners.set(i, [...(partners.get(i) ?? []), details]);
  }
  const bars = new Map([...partners].map(([i, details]) => [i, barOf(details)]));
  const isCopy = ({ pair, levels, details }: (typeof aligned)[number]) =>
    levels >= LEAST_LEVELS &&
    details >= LEAST_DETAILS &&
    (details >= EQUAL_DETAILS || pair.every((i) => details >= (bars.get(i) as number)));
  return aligned.filter(isCopy).map(({ pair }) => pair);
}

/** Returns the details with which a partner of an image stands out. @param details of all its partners */
function barOf(details: readonly number[]): number {
  const partner = details.toSorted((a, b) => b - a).at(PARTNER);
  return partner === undefined ? LEAST_DETAILS : 1 - RATIO * (1 - partner);
}

interface Candidate {
  pair: Pair;
  mirrored: boolean;
  correlation: number;
}

/** Returns the pairs to align, those with the highest correlation first. Memory is bounded: most pairs of a large folder can look alike. */
async function candidates(prints: readonly Fingerprint[], signal: AbortSignal): Promise<Candidate[]> {
  let found: Candidate[] = [];
  let least = LEAST_CORRELATION;
  for (let a = 0; a < prints.length; a++) {
    await pause(signal);
    for (let b = a + 1; b < prints.length; b++) {
      for (const mirrored of [false, true]) {
        const hash = mirrored ? prints[b].mirroredHash : prints[b].hash;
        if (distance(prints[a].hash, hash) > MOST_BITS) continue;
        const value = correlation(prints[a], prints[b], mirrored);
        if (value >= least) found.push({ pair: [a, b], mirrored, correlation: value });
      }
    }
    if (found.length < 10 * MOST_PAIRS) continue;
    found = best(found);
    least = found[found.length - 1].correlation;
  }
  return best(found);
}

const best = (found: readonly Candidate[]): Candidate[] =>
  found.toSorted((a, b) => b.correlation - a.correlation).slice(0, MOST_PAIRS);

/** Lets signal handlers run, so that a signal can abort. */
async function pause(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}

const mirror = (fine: Float32Array): Float32Array =>
  fine.map((_, i) => fine[i - (i % FINE_EDGE) + FINE_EDGE - 1 - (i % FINE_EDGE)]);

/** Joins pairs that share an image. @returns groups of images, sorted */
function joined(pairs: readonly Pair[], images: readonly number[]): number[][] {
  const parents = images.map((_, i) => i);
  const rootOf = (i: number): number => {
    let root = i;
    while (parents[root] !== root) root = parents[root];
    return root;
  };
  for (const [a, b] of pairs) parents[rootOf(b)] = rootOf(a);
  const groups = Map.groupBy(images.keys(), rootOf);
  return [...groups.values()].filter(({ length }) => length > 1).map((own) => own.map((i) => images[i]));
}
