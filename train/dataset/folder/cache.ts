/**
 * @file The cache of prepared pictures: 16 files for each data set and preparation, one for each first digit of the images' digests.
 *
 * ```
 * <digest of an image file, 32 bytes> <its prepared pixels>   repeated
 * <SHA-256 of all bytes before>
 * ```
 *
 * Each file is written atomically. Processes that write the same file at once write the same pictures, so the last one wins.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { PictureInput } from '#shared/input/preprocessing.ts';
import { lazy } from '#shared/lazy.ts';
import { sizeOf } from '#shared/model/spec.ts';
import { writeFileAtomic } from '../../files.ts';

/** First digits of the digests. */
export const SHARDS = [...'0123456789abcdef'];

const DIGEST_BYTES = 32;
const DECODERS = new URL('../../../shared/decode/', import.meta.url);

export interface PictureCache {
  /** Returns the pixels of the pictures in a shard by the digest of their files; none when the file is missing or damaged. */
  read(shard: string): Promise<Map<string, Uint8Array>>;
  /** Replaces the pictures of a shard. @throws ExplainedError of kind `disk` */
  write(shard: string, pictures: ReadonlyMap<string, Uint8Array>): Promise<void>;
}

/**
 * Opens the cache of a data set.
 * @param folder of all caches
 * @param root of the data set
 */
export async function openPictureCache(
  folder: string,
  root: string,
  input: PictureInput,
): Promise<PictureCache> {
  const key = JSON.stringify([await realpath(root), input, await decoders()]);
  const own = join(folder, createHash('sha256').update(key).digest('hex').slice(0, 32));
  const record = DIGEST_BYTES + sizeOf(input.shape);
  const pathOf = (shard: string) => join(own, `${shard}.pictures`);
  return {
    async read(shard) {
      const file = await readFile(pathOf(shard)).catch(() => Buffer.alloc(0));
      const content = file.subarray(0, -DIGEST_BYTES);
      const pictures = new Map<string, Uint8Array>();
      if (!digest(content).equals(file.subarray(-DIGEST_BYTES))) return pictures;
      for (let at = 0; at < content.length; at += record) {
        const pixels = content.subarray(at + DIGEST_BYTES, at + record);
        pictures.set(content.toString('hex', at, at + DIGEST_BYTES), pixels);
      }
      return pictures;
    },
    async write(shard, pictures) {
      const file = Buffer.alloc(pictures.size * record + DIGEST_BYTES);
      let at = 0;
      for (const [name, pixels] of pictures) {
        file.write(name, at, 'hex');
        file.set(pixels, at + DIGEST_BYTES);
        at += record;
      }
      file.set(digest(file.subarray(0, at)), at);
      await writeFileAtomic(pathOf(shard), file);
    },
  };
}

const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Computes the digest of the decoders' code and modules: other decoders may return other pixels. */
const decoders = lazy(async () => {
  const hash = createHash('sha256');
  const files = await readdir(DECODERS, { recursive: true });
  for (const name of files.filter((name) => /\.([jt]s|wasm)$/.test(name)).toSorted()) {
    hash.update(name).update(await readFile(new URL(name, DECODERS)));
  }
  return hash.digest('hex');
});
