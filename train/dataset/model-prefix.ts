/** @file The beginning of the names of a folder's models. */

/** A model's name has at most 63 characters. */
const MAX_PREFIX = 40;

/** Turns a folder's name into one that a model can have (shared/manifest.ts). */
export function modelPrefixOf(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return name.slice(0, MAX_PREFIX) || 'images';
}
