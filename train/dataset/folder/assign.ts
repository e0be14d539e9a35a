/**
 * @file Assigns images to parts by a hash of their content, or of their group.
 *
 * The part of an image depends on nothing else, so images that are added later move none to another part, copies of an image are in the
 * same part, and a group stays together. The price: the shares of the parts are exact only for many images or groups.
 */
import { createHash } from 'node:crypto';
import type { Part } from './part.ts';

/** Share of the images in the part. 15 % of 300 images give an accuracy within 15 points, and 70 % are left to train on. */
const SHARES = { test: 0.15, validation: 0.15 };

export interface Assignable {
  /** SHA-256 of the file in hex. */
  digest: string;
  group?: string;
  /** The part that the data set itself names. */
  part?: Part;
}

/**
 * Returns the part of each image. Images keep the part that the data set names. A part that it does not name is taken from the training
 * images, and from those without a part.
 */
export function assignParts(images: readonly Assignable[], seed: number): Part[] {
  const named = new Set(images.map(({ part }) => part));
  const shares = Object.entries(SHARES).filter(([part]) => !named.has(part as Part)) as [Part, number][];
  return images.map(({ digest, group, part }) => {
    if (part !== undefined && part !== 'train') return part;
    let place = hashToShare(`${seed}\0${group === undefined ? `image\0${digest}` : `group\0${group}`}`);
    for (const [part, share] of shares) {
      if (place < share) return part;
      place -= share;
    }
    return 'train';
  });
}

/** Returns a number in 0..1, uniform over the texts. */
export const hashToShare = (text: string): number =>
  createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48;
