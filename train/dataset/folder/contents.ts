/** @file Reads a folder of images: lists, decodes and assigns them to parts. */
import { resolve } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import type { PictureInput } from '#shared/input/preprocessing.ts';
import { sizeOf } from '#shared/model/spec.ts';
import { assignParts, hashToShare } from './assign.ts';
import { openPictureCache, type PictureCache, SHARDS } from './cache.ts';
import { type DecodeResult, decodePool } from './decode.ts';
import { type DigestedImage, digestImages } from './digest.ts';
import { listImages } from './listing.ts';
import { PARTS, type Part } from './part.ts';
import type { Skipped } from './walk.ts';

export interface FolderImage extends DigestedImage {
  part: Part;
}

export interface FolderContents {
  /** The folder that the images' paths are relative to. */
  root: string;
  /** The readable images. */
  images: FolderImage[];
  /** Pixels of the images, [images, channels, height, width]. */
  pixels: Uint8Array;
  /** Files that are not used. */
  skipped: Skipped[];
  /** Image files that cannot be decoded. */
  unreadable: Skipped[];
  /** Names of the class folders, with and without images. */
  classFolders: string[];
}

export interface ReadOptions {
  /** What the images are prepared for. */
  input: PictureInput;
  /** Another seed assigns images to other parts. */
  seed: number;
  /** Folder of all caches of pictures. */
  cache: string;
  /** Receives the number of images that are ready, and of all images. */
  onProgress?: ((ready: number, total: number) => void) | undefined;
  log: (line: string) => void;
}

/**
 * Reads the images of a folder. They are in the order of PARTS, and within a part in the order of a hash of their content: like the
 * images of Fashion-MNIST, they are not sorted by class.
 * @param check called before the images are decoded, which can take minutes
 * @throws ExplainedError of kind `data` when the folder or its metadata cannot be read
 */
export async function readContents(
  data: string,
  options: ReadOptions,
  check: (contents: Omit<FolderContents, 'pixels'>) => void,
): Promise<FolderContents> {
  const { root, classFolders, ...listing } = await listImages(data);
  const digested = await digestImages({ root, images: listing.images });
  const skipped = [...listing.skipped, ...digested.skipped];
  const images = inOrder(digested.images, options.seed);
  const found = { root, classFolders, skipped };
  check({ ...found, images, unreadable: [] });
  const { pixels, problems } = await decodeImages(root, images, options);
  return { ...found, ...withoutUnreadable(images, pixels, problems, sizeOf(options.input.shape)) };
}

function inOrder(images: readonly DigestedImage[], seed: number): FolderImage[] {
  const parts = assignParts(images, seed);
  return images
    .map((image, i) => ({
      image: { ...image, part: parts[i] },
      place: hashToShare(`order\0${image.digest}`),
    }))
    .sort((a, b) => PARTS.indexOf(a.image.part) - PARTS.indexOf(b.image.part) || a.place - b.place)
    .map(({ image }) => image);
}

/** Returns the pixels of all images, and by index the problems of those that cannot be decoded. */
async function decodeImages(
  root: string,
  images: readonly FolderImage[],
  { input, cache: folder, onProgress, log }: ReadOptions,
): Promise<{ pixels: Uint8Array; problems: Map<number, string> }> {
  const size = sizeOf(input.shape);
  const pixels = allocate(images.length, size);
  const problems = new Map<number, string>();
  // Copies of a file are decoded once.
  const places = Map.groupBy(images.keys(), (i) => images[i].digest);
  const cache = await openPictureCache(folder, root, input);
  const pool = decodePool(input, places.size);
  let ready = 0;
  const settle = (digest: string, result: DecodeResult) => {
    for (const i of places.get(digest) as number[]) {
      if ('pixels' in result) pixels.set(result.pixels, i * size);
      else problems.set(i, result.why);
      onProgress?.(++ready, images.length);
    }
  };
  try {
    for (const shard of SHARDS) {
      const digests = [...places.keys()].filter((digest) => digest.startsWith(shard));
      const cached = await cache.read(shard);
      for (const digest of digests) {
        const known = cached.get(digest);
        if (known) settle(digest, { pixels: known });
      }
      const missing = digests.filter((digest) => !cached.has(digest));
      const firstOf = (digest: string) => (places.get(digest) as number[])[0];
      const tasks = missing.map((digest) => ({ path: resolve(root, images[firstOf(digest)].path), digest }));
      await pool.decode(tasks, (task, result) => settle(missing[task], result));
      const readable = digests.filter((digest) => !problems.has(firstOf(digest)));
      if (readable.every((digest) => cached.has(digest))) continue;
      const pictures = readable.map((digest): [string, Uint8Array] => {
        const at = firstOf(digest) * size;
        return [digest, pixels.subarray(at, at + size)];
      });
      await store(cache, shard, new Map(pictures), log);
    }
    return { pixels, problems };
  } finally {
    await pool.close();
  }
}

/** Writes a shard of the cache. A cache that cannot be written costs only time. */
async function store(
  cache: PictureCache,
  shard: string,
  pictures: ReadonlyMap<string, Uint8Array>,
  log: (line: string) => void,
): Promise<void> {
  await cache.write(shard, pictures).catch((error) => {
    if (!(error instanceof ExplainedError)) throw error;
    log(`The decoded images are not cached: ${error.message}`);
  });
}

function allocate(count: number, size: number): Uint8Array {
  const available = process.availableMemory();
  if (count * size < available) return new Uint8Array(count * size);
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new ExplainedError({
    kind: 'data',
    what: `${count} images do not fit the memory`,
    expected: `at most ${gigabytes(available)}`,
    got: gigabytes(count * size),
    next: 'Use a smaller --image-size, or --colour grey.',
  });
}

/** Closes the gaps of images that cannot be decoded. */
function withoutUnreadable(
  images: readonly FolderImage[],
  pixels: Uint8Array,
  problems: ReadonlyMap<number, string>,
  size: number,
): Pick<FolderContents, 'images' | 'pixels' | 'unreadable'> {
  const readable = [...images.keys()].filter((i) => !problems.has(i));
  for (const [to, from] of readable.entries()) {
    if (to !== from) pixels.copyWithin(to * size, from * size, (from + 1) * size);
  }
  return {
    images: readable.map((i) => images[i]),
    pixels: pixels.subarray(0, readable.length * size),
    unreadable: [...problems].map(([i, why]) => ({ path: images[i].path, why })),
  };
}
