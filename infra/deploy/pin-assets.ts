/**
 * @file Copies the field's content-hashed files to the bucket. Pages embed them by these URLs with an integrity hash. After a later deployment,
 * the Worker serves them from the bucket (edge/pinned-assets.ts).
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isPinnedAsset, pinnedAssetKey } from '../../edge/pinned-assets.ts';
import type { ObjectStore } from '../../train/store/store.ts';
import { SITE } from './pages.ts';

/**
 * Writes the files that the bucket lacks. A file of the same name has the same content.
 * @param site the folder of the built pages
 * @throws ExplainedError of kind `store`
 */
export async function pinAssets(store: ObjectStore, site = SITE): Promise<void> {
  const present = new Set(await store.list(pinnedAssetKey('/')));
  const entries = await readdir(site, { recursive: true, withFileTypes: true });
  const missing = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `/${relative(site, join(parentPath, name)).split(sep).join('/')}`)
    .filter((path) => isPinnedAsset(path) && !present.has(pinnedAssetKey(path)));
  await Promise.all(
    missing.map(async (path) => {
      const bytes = new Uint8Array(await readFile(join(site, path)));
      // The Worker sets the type by the name.
      await store.put(pinnedAssetKey(path), bytes, 'application/octet-stream');
    }),
  );
}
