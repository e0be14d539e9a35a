/** @file Inputs of a training that are in an object store. They are downloaded first, and the settings then name the local copies. */
import { existsSync } from 'node:fs';
import { cacheFolder } from '../cache.ts';
import { type CopyOptions, copyFromBucket, isInBucket, parseBucketFolder } from '../dataset/bucket.ts';
import { downloadRelease, parseReleaseName } from '../registry/download.ts';
import { imagePrinter } from '../run/progress.ts';
import type { Settings } from '../run/settings.ts';
import { openTargetStore, type TargetFlags } from './target-store.ts';

/** Returns the settings with the paths of local copies. */
export type Localize = (settings: Settings) => Promise<Settings>;

/**
 * Returns a function that copies what settings name in an object store: releases, and a folder of images. It copies each once.
 * @param target selects the store; the address of a folder of images names its bucket itself
 * @param onProgress receives the number of images that are copied, and of all images
 * @throws ExplainedError as `downloadRelease` and `copyFromBucket`
 */
export function localizer(target: TargetFlags, onProgress = imagePrinter('Copying images')): Localize {
  const copies = new Map<string, Promise<string>>();
  const once = (name: string, copy: () => Promise<string>) => {
    const path = copies.get(name) ?? copy();
    copies.set(name, path);
    return path;
  };
  const release = async (name: string | undefined) =>
    name === undefined ? undefined : once(name, () => copyRelease(name, target));
  return async ({ data, weights, pretrained, teacher, ...settings }) => ({
    ...settings,
    data: isInBucket(data) ? await once(data, () => copyImages(data, target, onProgress)) : data,
    weights: await release(weights),
    pretrained: await release(pretrained),
    teacher: await release(teacher),
  });
}

async function copyImages(
  data: string,
  target: TargetFlags,
  onProgress: CopyOptions['onProgress'],
): Promise<string> {
  const folder = parseBucketFolder(data);
  const store = openTargetStore(target, folder.bucket);
  return copyFromBucket(store, folder, { cache: cacheFolder('buckets'), onProgress });
}

/** Returns the path of a release. A file on this machine comes before a release of the same name. */
async function copyRelease(name: string, target: TargetFlags): Promise<string> {
  const release = existsSync(name) ? undefined : parseReleaseName(name);
  return release ? downloadRelease(openTargetStore(target), release, cacheFolder('releases')) : name;
}
