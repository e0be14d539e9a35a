/** @file Finds copies of images: equal files, and images that look the same. */
import type { Shape } from '#shared/model/spec.ts';
import type { FolderImage } from '../dataset/folder/contents.ts';
import { align } from './align.ts';
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
export function findCopies(images: readonly FolderImage[], pixels: Uint8Array, shape: Shape): Copies[] {
  const files = [...Map.groupBy(images.keys(), (i) => images[i].digest).values()];
  const size = pixels.length / images.length;
  const firsts = files.map(([first]) => first);
  const prints = firsts.map((i) => fingerprint(pixels.subarray(i * size, (i + 1) * size), shape));
  const near = joined(nearPairs(prints), firsts);
  return [
    ...files.filter(({ length }) => length > 1).map((own) => ({ images: own, exact: true })),
    ...near.map((own) => ({ images: own, exact: false })),
  ];
}

type Pair = [a: number, b: number];

/** Returns the pairs of fingerprints of images that look the same. */
function nearPairs(prints: readonly Fingerprint[]): Pair[] {
  const aligned = candidates(prints).map(({ pair: [a, b], mirrored }) => {
    const other = mirrored ? mirror(prints[b].fine) : prints[b].fine;
    return { pair: [a, b] as Pair, ...align(prints[a].fine, other) };
  });
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

/** Returns the pairs to align. */
function candidates(prints: readonly Fingerprint[]): { pair: Pair; mirrored: boolean }[] {
  const found: { pair: Pair; mirrored: boolean; correlation: number }[] = [];
  for (let a = 0; a < prints.length; a++) {
    for (let b = a + 1; b < prints.length; b++) {
      for (const mirrored of [false, true]) {
        const hash = mirrored ? prints[b].mirroredHash : prints[b].hash;
        if (distance(prints[a].hash, hash) > MOST_BITS) continue;
        const value = correlation(prints[a], prints[b], mirrored);
        if (value >= LEAST_CORRELATION) found.push({ pair: [a, b], mirrored, correlation: value });
      }
    }
  }
  return found.sort((a, b) => b.correlation - a.correlation).slice(0, MOST_PAIRS);
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
