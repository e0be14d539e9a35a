/** @file Computes the digests of image files, and recognizes files that are no images. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { formatOf } from '#shared/decode/format.ts';
import { ExplainedError } from '#shared/errors.ts';
import type { ListedImage, Listing } from './listing.ts';
import { reasonOf, type Skipped } from './walk.ts';

export interface DigestedImage extends ListedImage {
  /** SHA-256 of the file in hex. */
  digest: string;
}

/** Files that are read at the same time. */
const CONCURRENT = 16;

/** A larger file is no image that the decoders accept. In bytes. */
const LARGEST_FILE = 100_000_000;

/** Returns the images among the listed files with their digests, in the same order, and the other files with the reasons. */
export async function digestImages({
  root,
  images,
}: Pick<Listing, 'root' | 'images'>): Promise<{ images: DigestedImage[]; skipped: Skipped[] }> {
  const results = new Array<{ digest: string } | { why: string }>(images.length);
  let next = 0;
  const work = async () => {
    while (next < images.length) {
      const i = next++;
      results[i] = await digestOf(resolve(root, images[i].path));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, work));
  const digested: DigestedImage[] = [];
  const skipped: Skipped[] = [];
  for (const [i, image] of images.entries()) {
    const result = results[i];
    if ('digest' in result) digested.push({ ...image, ...result });
    else skipped.push({ path: image.path, ...result });
  }
  return { images: digested, skipped };
}

async function digestOf(path: string): Promise<{ digest: string } | { why: string }> {
  try {
    const file = await stat(path);
    // A device can be endless.
    if (!file.isFile()) return { why: 'no regular file' };
    if (file.size > LARGEST_FILE) return { why: `larger than ${LARGEST_FILE / 1e6} MB` };
    const bytes = await readFile(path);
    formatOf(bytes);
    return { digest: sha256Of(bytes) };
  } catch (error) {
    // The decoders' error names the format that was found. Without the number of bytes, files of one kind have one reason.
    if (error instanceof ExplainedError) {
      return { why: `no image: ${error.got?.replace(/^\d+ bytes/, 'bytes')}. ${error.next}` };
    }
    return { why: reasonOf(error as NodeJS.ErrnoException, 'file') };
  }
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
