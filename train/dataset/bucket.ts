/**
 * @file Copies a folder of images from a bucket to the cache. A later copy downloads only what has changed.
 *
 * Beside the copy, `files.jsonl` has a line for each downloaded file: the ETag of its object, and the time of the local file. A line is
 * added after its file is complete, so that a process may be killed at any time, and several may copy the same folder.
 */
import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { makeFolder, writeFileAtomic } from '../files.ts';
import type { ObjectStore, StoreEntry } from '../store/store.ts';

/** A folder in a bucket. */
export interface BucketFolder {
  bucket: string;
  /** Empty, or with `/` at its end. */
  prefix: string;
}

const SCHEME = 's3://';

/** Returns whether the name of a data set is the address of a folder in a bucket. */
export const isInBucket = (data: string | undefined): data is string => data?.startsWith(SCHEME) === true;

/** Parses `s3://bucket/folder`. */
export function parseBucketFolder(address: string): BucketFolder {
  const [bucket, ...names] = address.slice(SCHEME.length).split('/').filter(Boolean);
  return { bucket: bucket ?? '', prefix: names.map((name) => `${name}/`).join('') };
}

export interface CopyOptions {
  /** Folder of all copies. */
  cache: string;
  /** Receives the number of objects that are ready, and of all objects. */
  onProgress?: ((ready: number, total: number) => void) | undefined;
}

/** Objects that are read at the same time. */
const CONCURRENT = 8;

/**
 * Makes the copy of a folder equal to the folder.
 * @returns the path of the copy, which ends in the folder's name
 * @throws ExplainedError of kind `data` for an empty folder or a key that is no path, `store` when the store fails, `disk` when the cache
 *   cannot be written
 */
export async function copyFromBucket(
  store: ObjectStore,
  { bucket, prefix }: BucketFolder,
  { cache, onProgress }: CopyOptions,
): Promise<string> {
  const entries = (await store.entries(prefix)).filter(({ key }) => !key.endsWith('/'));
  if (entries.length === 0) throw emptyFolder(store, prefix);
  const id = createHash('sha256').update(`${store.description}\0${prefix}`).digest('hex').slice(0, 32);
  const folder = join(cache, id, basename(prefix) || bucket);
  const paths = new Map(entries.map((entry) => [pathOf(entry, prefix), entry]));
  await makeFolder(folder);
  await removeOthers(folder, new Set(paths.keys()));
  const index = await readIndex(folder);
  const left = [...paths];
  let ready = 0;
  const work = async () => {
    // `left` is empty after a failure of another worker.
    for (let next = left.pop(); next; next = left.pop()) {
      const [path, entry] = next;
      if (!(await isCopied(folder, path, entry, index.get(path)))) await copy(store, folder, path, entry);
      onProgress?.(++ready, entries.length);
    }
  };
  const stop = (error: unknown) => {
    left.length = 0;
    throw error;
  };
  const workers = Array.from({ length: CONCURRENT }, () => work().catch(stop));
  const failure = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  if (failure?.status === 'rejected') throw failure.reason;
  return folder;
}

/** A line of the index. */
interface Line {
  path: string;
  etag: string;
  /** Time of the local file, in milliseconds. Another process, or a person, may have written the file after this line. */
  modified: number;
}

const indexPath = (folder: string): string => join(folder, '..', 'files.jsonl');

/** Reads the newest line of each path. A line that was cut off counts as none. */
async function readIndex(folder: string): Promise<Map<string, Line>> {
  const text = await readFile(indexPath(folder), 'utf8').catch(() => '');
  const lines = text.split('\n').flatMap((line): [string, Line][] => {
    try {
      const parsed: Line = JSON.parse(line);
      return [[parsed.path, parsed]];
    } catch {
      return [];
    }
  });
  return new Map(lines);
}

async function isCopied(
  folder: string,
  path: string,
  { etag }: StoreEntry,
  line: Line | undefined,
): Promise<boolean> {
  if (line?.etag !== etag) return false;
  return (await stat(join(folder, path)).catch(() => undefined))?.mtimeMs === line.modified;
}

/** Downloads an object. One that was deleted meanwhile leaves no file. */
async function copy(store: ObjectStore, folder: string, path: string, { key }: StoreEntry): Promise<void> {
  const file = join(folder, path);
  const object = await store.get(key);
  if (!object) return rm(file, { force: true });
  await writeFileAtomic(file, object.bytes);
  const line: Line = { path, etag: object.etag, modified: (await stat(file)).mtimeMs };
  await appendFile(indexPath(folder), `${JSON.stringify(line)}\n`);
}

/** Removes the files that are not in the bucket any more, and the folders that they leave empty. */
async function removeOthers(folder: string, paths: ReadonlySet<string>): Promise<void> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of found.reverse()) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await rmdir(path).catch(() => {});
    else if (!paths.has(path.slice(folder.length + 1))) await rm(path, { force: true });
  }
}

/** Returns the path of an object's file, relative to the copy. */
function pathOf({ key }: StoreEntry, prefix: string): string {
  const path = key.slice(prefix.length);
  if (path.split('/').every((name) => !['', '.', '..'].includes(name)) && !path.includes('\0')) return path;
  throw new ExplainedError({
    kind: 'data',
    what: `cannot copy the object ${JSON.stringify(key)}`,
    expected: 'a key that is a path, such as photos/cat/1.jpg',
    got: 'an empty name, . or .. between its slashes',
    next: 'Rename the object, or choose another folder with --data.',
  });
}

const emptyFolder = ({ description }: ObjectStore, prefix: string): ExplainedError =>
  new ExplainedError({
    kind: 'data',
    what: `cannot read ${prefix || 'the images'} in ${description}`,
    expected: 'a folder with images',
    got: 'no object',
    next: 'Check the address after --data, and --endpoint and --local.',
  });
