/** @file Folders of images in a bucket, and their copies in the cache. */
import { appendFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { copyFromBucket, isInBucket, parseBucketFolder } from '../../../train/dataset/bucket.ts';
import { memoryStore } from '../../../train/store/memory.ts';
import type { ObjectStore } from '../../../train/store/store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const FOLDER = parseBucketFolder('s3://bucket/sets/pets');

it.each([
  ['s3://bucket', { bucket: 'bucket', prefix: '' }],
  ['s3://bucket/sets/pets', FOLDER],
  ['s3://bucket//sets/pets//', FOLDER],
])('the address %s names a bucket and a folder', (address, expected) => {
  expect(isInBucket(address)).toBe(true);
  expect(parseBucketFolder(address)).toEqual(expected);
});

describe('a copy', () => {
  let store: ObjectStore & { read: string[] };
  let cache: string;
  beforeEach(async () => {
    const memory = memoryStore();
    const read: string[] = [];
    cache = temporaryFolder();
    store = {
      ...memory,
      read,
      get(key) {
        read.push(key);
        return memory.get(key);
      },
    };
    for (const path of ['cat/1.png', 'cat/in ner/2.png', 'dog/ü.png']) await put(path);
    await store.put('sets/pets-more/x.png', bytes('other'), '');
    await store.put('sets/pets/', bytes(''), '');
  });
  const put = (path: string, text = path) => store.put(`sets/pets/${path}`, bytes(text), 'image/png');
  const copy = (onProgress?: (ready: number, total: number) => void) =>
    copyFromBucket(store, FOLDER, { cache, onProgress });
  const filesOf = async (folder: string) => {
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = found
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    const texts = files.map(async (file) => [file.slice(folder.length + 1), await readFile(file, 'utf8')]);
    return Object.fromEntries(await Promise.all(texts));
  };

  it('has the files of the folder, and its name', async () => {
    const progress: [number, number][] = [];
    const folder = await copy((...state) => progress.push(state));
    expect(folder).toMatch(/\/pets$/);
    const paths = ['cat/1.png', 'cat/in ner/2.png', 'dog/ü.png'];
    expect(await filesOf(folder)).toEqual(Object.fromEntries(paths.map((path) => [path, path])));
    expect(progress).toEqual([1, 2, 3].map((ready) => [ready, 3]));
  });

  it('is brought up to date with the objects that were changed, added and deleted', async () => {
    const folder = await copy();
    store.read.length = 0;
    expect(await copy()).toBe(folder);
    expect(store.read).toEqual([]);
    await put('cat/1.png', 'new');
    await put('emu/3.png');
    // A store without the dog's objects.
    const { entries } = store;
    store.entries = async (prefix) => (await entries(prefix)).filter(({ key }) => !key.includes('/dog/'));
    await copy();
    expect(store.read.toSorted()).toEqual(['sets/pets/cat/1.png', 'sets/pets/emu/3.png']);
    expect(await filesOf(folder)).toEqual({
      ...{ 'cat/1.png': 'new', 'cat/in ner/2.png': 'cat/in ner/2.png', 'emu/3.png': 'emu/3.png' },
    });
    expect((await readdir(folder)).toSorted()).toEqual(['cat', 'emu']);
  });

  it('replaces a local file that something else has written, and survives a damaged index', async () => {
    const folder = await copy();
    await writeFile(join(folder, 'cat/1.png'), 'mine');
    await appendFile(join(folder, '../files.jsonl'), '{"path":"cat/1.p');
    store.read.length = 0;
    await copy();
    expect(store.read).toEqual(['sets/pets/cat/1.png']);
    expect((await filesOf(folder))['cat/1.png']).toBe('cat/1.png');
  });

  it('goes on with the files that are left after a failure', async () => {
    const { get } = store;
    store.get = (key) => (key.includes('/dog/') ? Promise.reject(new Error('down')) : get(key));
    await expect(copy()).rejects.toThrow('down');
    store.get = get;
    await copy();
    expect(store.read.filter((key) => key.includes('/cat/'))).toHaveLength(2);
  });

  it('is refused for a folder without objects, and for keys that are no paths', async () => {
    await expect(
      copyFromBucket(store, parseBucketFolder('s3://bucket/none'), { cache }),
    ).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringMatching(/^cannot read none\/ in memory: .*got no object.*--data/),
    });
    await put('../../../outside.png');
    await expect(copy()).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringContaining('Rename the object'),
    });
    await expect(stat(join(cache, 'outside.png'))).rejects.toThrow();
  });
});
