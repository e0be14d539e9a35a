/** @file Fills the user's cache with the four files of Fashion-MNIST. */
import { join } from 'node:path';
import { type DownloadProgress, download } from './download.ts';
import { FILES } from './files.ts';
import { sizeOf } from './transfer.ts';

/** Downloads the files that the cache lacks or that are incomplete there. */
export async function fillCache(
  cache: string,
  mirrors: string[],
  onProgress?: DownloadProgress,
): Promise<void> {
  for (const { name, md5, bytes } of Object.values(FILES)) {
    const path = join(cache, name);
    if ((await sizeOf(path)) === bytes) continue;
    await download({
      urls: mirrors.map((mirror) => new URL(name, mirror).href),
      path,
      md5,
      bytes,
      ...(onProgress && { onProgress }),
    });
  }
}
