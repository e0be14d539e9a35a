import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fitPicture } from '#shared/input/fit/fit.ts';
import { type FolderDataset, loadFolder } from '../../../../train/dataset/folder/load.ts';
import { openDecoder } from '../../../../train/decoder.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { folderOf, images, tinyPng } from './image-folder.ts';

const input = { shape: [3, 8, 8], preprocessing: { kind: 'fit', version: 1, mode: 'cover' } } as const;
const cache = temporaryFolder();

function load(data: string, log: string[] = [], own = cache): Promise<FolderDataset> {
  return loadFolder(data, { input, splitSeed: 0, cache: own, log: (line) => log.push(line) });
}

/** Returns the label of each image by its path, and checks that its pixels are those of its file. */
async function labelled({ classes, contents, ...parts }: FolderDataset): Promise<Record<string, string>> {
  const decoder = await openDecoder();
  const labels: Record<string, string> = {};
  for (const part of ['train', 'validation', 'test'] as const) {
    const own = contents.images.filter((image) => image.part === part);
    expect(parts[part].count).toBe(own.length);
    for (const [i, { path, label }] of own.entries()) {
      const file = await readFile(join(contents.root, path));
      const expected = await decoder.decode(file, (pixels) =>
        fitPicture(pixels, { shape: [3, 8, 8], mode: 'cover' }),
      );
      expect(parts[part].images.subarray(192 * i, 192 * (i + 1)), path).toEqual(expected);
      expect(classes[parts[part].labels[i]]).toBe(label);
      labels[path] = label;
    }
  }
  return labels;
}

describe('loadFolder', () => {
  it('gives each image the pixels and the class of its file', async () => {
    const files = { ...images('dog', 30, 1), ...images('Cat', 25, 100), ...images('ant', 20, 200) };
    const data = await load(await folderOf(files));
    expect(data.classes).toEqual(['Cat', 'ant', 'dog']);
    expect(data.shape).toEqual([3, 8, 8]);
    expect(data.preprocessing).toEqual({ kind: 'fit', version: 1, mode: 'cover' });
    expect(await labelled(data)).toEqual(
      Object.fromEntries(Object.keys(files).map((path) => [path, path.split('/')[0]])),
    );
    expect(data.test.count + data.validation.count).toBeGreaterThan(0);
  });

  it('takes absolute paths in a file with paths and labels', async () => {
    const files = { ...images('a', 5, 1), ...images('b', 5, 11) };
    const elsewhere = await folderOf(files);
    const lines = Object.keys(files).map((path) => `${join(elsewhere, path)},${path.split('/')[0]}`);
    // A device has no end.
    const own = await folderOf({ 'labels.csv': ['path,label', ...lines, '/dev/zero,a'].join('\n') });
    const log: string[] = [];
    const data = await load(join(own, 'labels.csv'), log);
    expect(log.join()).toContain('(no regular file): /dev/zero');
    expect(data.contents.images.map(({ path }) => path).toSorted()).toEqual(
      Object.keys(files).map((path) => join(elsewhere, path)),
    );
    expect(data.classes).toEqual(['a', 'b']);
  });

  it('refuses a class for other pictures that the folder does not have', async () => {
    const data = await folderOf({ ...images('train/a', 5, 1), ...images('train/other', 5, 11) });
    const options = { input, splitSeed: 0, cache };
    expect((await loadFolder(data, { ...options, none: 'other' })).none).toBe('other');
    await expect(loadFolder(data, { ...options, none: 'Other' })).rejects.toMatchObject({
      kind: 'usage',
      message:
        'cannot use --none: expected one of the classes a and other, got Other. Name a class of the folder, or leave out --none.',
    });
  });

  it('names the part that lacks a class, and keeps the indices of the training part', async () => {
    const root = await folderOf({
      ...images('train/a', 5, 1),
      ...images('train/b', 5, 11),
      ...images('train/c', 5, 21),
      ...images('val/a', 2, 31),
      ...images('val/c', 2, 41),
      ...images('test/c', 1, 51),
    });
    const log: string[] = [];
    const data = await load(root, log);
    expect(data.classes).toEqual(['a', 'b', 'c']);
    expect([...new Set(data.validation.labels)].toSorted()).toEqual([0, 2]);
    expect([...data.test.labels]).toEqual([2]);
    expect(log).toContain(
      'No validation image is of b, so the validation results do not include this class.',
    );
    expect(log).toContain('No test image is of a and b, so the test results do not include these classes.');
  });

  it('skips what is no image and what cannot be decoded, and says why', async () => {
    const png = tinyPng(900);
    const root = await folderOf({
      ...images('a', 20, 1),
      ...images('b', 20, 101),
      'a/notes.txt': 'x',
      'a/x.jpg': 'RIFF',
      'b/vector.png': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'b/half.png': png.subarray(0, png.length - 30),
    });
    const log: string[] = [];
    const data = await load(root, log);
    expect(data.contents.images).toHaveLength(40);
    expect(await labelled(data)).not.toHaveProperty('b/half.png');
    expect(data.contents.unreadable).toEqual([
      { path: 'b/half.png', why: expect.stringContaining('damaged or cut off') },
    ]);
    expect(log.join('\n')).toMatch(/Skipped 1 file \(no image: SVG\. .*\): b\/vector\.png/);
    expect(log.join('\n')).toMatch(
      /Skipped 2 files \(no image: bytes of an unknown format\. .*\): a\/notes\.txt, a\/x\.jpg/,
    );
  });

  it('has more than 256 classes', { tags: ['slow'] }, async () => {
    const classes = Array.from({ length: 300 }, (_, i) => `c${String(i).padStart(3, '0')}`);
    // The same five images are in all classes: their labels differ, their files do not.
    const all = classes.flatMap((name) => Object.entries(images(name, 5, 1)));
    const parts = ['train', 'train', 'train', 'val', 'test'];
    const data = await load(
      await folderOf(Object.fromEntries(all.map(([path, seed], i) => [`${parts[i % 5]}/${path}`, seed]))),
    );
    expect(data.classes).toEqual(classes);
    expect(Math.max(...data.train.labels)).toBe(299);
    expect(await labelled(data)).toHaveProperty('test/c299/4.png', 'c299');
  });

  it.each<[string, Record<string, string | number>, RegExp]>([
    [
      'an empty folder',
      { 'a.txt': 'x' },
      /no image in .*: expected a folder of images for each class.*got 1 other file, such as a\.txt \(in no class folder\)/,
    ],
    [
      'only unreadable images',
      { 'a/1.png': 'x', 'b/1.png': 'y' },
      /no image in .*such as a\/1\.png \(no image: bytes/,
    ],
    [
      'one class',
      images('a', 9, 1),
      /expected at least two classes, got only a\. Put the images of each class/,
    ],
    [
      'a folder around the classes',
      { ...images('all/a', 9, 1), ...images('all/b', 9, 21) },
      /got only all\. If the classes are the folders in all, use --data .*\/all\./,
    ],
    [
      'an empty class',
      { ...images('a', 9, 1), ...images('b', 9, 21), 'c/x.txt': 'x' },
      /expected images in every class folder, got none in c\./,
    ],
    [
      'few images of a class',
      { ...images('a', 9, 1), ...images('b', 4, 21) },
      /at least 5 images of each class, got 4 of b\./,
    ],
    [
      'a class without training images',
      { ...images('train/a', 9, 1), ...images('train/b', 9, 21), ...images('test/c', 9, 41) },
      /expected training images of every class, got none of c\./,
    ],
  ])('refuses %s and says what to do', async (_, files, message) => {
    const root = await folderOf(files);
    await expect(load(root)).rejects.toMatchObject({ kind: 'data', message: expect.stringMatching(message) });
  });
});

describe('the cache', () => {
  const files = { ...images('a', 40, 1), ...images('b', 40, 101) };

  it('decodes only what is new', async () => {
    const root = await folderOf(files);
    const own = temporaryFolder();
    const first = await load(root, [], own);
    const [folder] = await readdir(own);
    const shards = await readdir(join(own, folder));
    // A changed byte in each shard shows whether its pictures are decoded again.
    for (const name of shards) {
      const path = join(own, folder, name);
      const content = (await readFile(path)).subarray(0, -32);
      content[40] ^= 1;
      await writeFile(path, Buffer.concat([content, createHash('sha256').update(content).digest()]));
    }
    await writeFile(join(root, 'a/new.png'), tinyPng(777));
    const second = await load(root, [], own);
    expect(second.contents.images).toHaveLength(81);
    const pixelsOf = ({ contents: { images, pixels } }: FolderDataset) =>
      new Map(images.map(({ path }, i) => [path, Buffer.from(pixels.subarray(192 * i, 192 * (i + 1)))]));
    const after = pixelsOf(second);
    const changed = [...pixelsOf(first)].filter(([path, pixels]) => !after.get(path)?.equals(pixels));
    expect(changed).toHaveLength(shards.length);
  });

  it('decodes again what is damaged', async () => {
    const root = await folderOf(files);
    const own = temporaryFolder();
    const first = await load(root, [], own);
    const [folder] = await readdir(own);
    for (const [i, name] of (await readdir(join(own, folder))).entries()) {
      const path = join(own, folder, name);
      const bytes = await readFile(path);
      bytes[40] ^= 1;
      await writeFile(path, i % 2 === 0 ? bytes : bytes.subarray(0, -1));
    }
    expect((await load(root, [], own)).contents.pixels).toEqual(first.contents.pixels);
  });

  it('does without a cache that cannot be written', async () => {
    const root = await folderOf(files);
    const own = join(await folderOf({ file: 'x' }), 'file');
    const log: string[] = [];
    expect((await load(root, log, own)).contents.images).toHaveLength(80);
    expect(log[0]).toMatch(/^The decoded images are not cached: cannot write /);
  });

  it('serves several processes that begin at the same time', async () => {
    const root = await folderOf(files);
    const own = temporaryFolder();
    const script = `
      import { createHash } from 'node:crypto';
      import { loadFolder } from './train/dataset/folder/load.ts';
      const [data, cache] = process.argv.slice(1);
      const input = ${JSON.stringify(input)};
      const { contents } = await loadFolder(data, { input, splitSeed: 0, cache });
      console.log(createHash('sha256').update(contents.pixels).digest('hex'));`;
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, root, own]);
    const outputs = await Promise.all([run(), run(), run()]);
    expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(1);
    expect(outputs[0].stdout).toMatch(/^[0-9a-f]{64}\n$/);
  });
});
