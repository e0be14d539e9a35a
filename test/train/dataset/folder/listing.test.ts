import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrange, listImages } from '../../../../train/dataset/folder/listing.ts';
import { byCodePoint } from '../../../../train/dataset/folder/walk.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { folderOf } from './image-folder.ts';

/** Lists images as `label path part group`, without what is missing. */
async function listed(data: string): Promise<string[]> {
  const { images } = await listImages(data);
  return images.map(({ label, path, part, group }) => [label, path, part, group].filter(Boolean).join(' '));
}

describe('listImages', () => {
  it('takes the folders as classes, as torchvision’s ImageFolder does', async () => {
    const root = await folderOf({ 'dog/a.png': 1, 'cat/b.png': 2, 'cat/deep/er/c.png': 3, 'cat/a.jpg': 4 });
    expect(await listed(root)).toEqual([
      'cat cat/a.jpg',
      'cat cat/b.png',
      'cat cat/deep/er/c.png',
      'dog dog/a.png',
    ]);
  });

  it.each(['val', 'valid', 'validation'])('takes train, %s and test as parts', async (name) => {
    const root = await folderOf({ 'train/cat/1.png': 1, [`${name}/cat/2.png`]: 2, 'test/dog/3.png': 3 });
    expect((await listed(root)).toSorted()).toEqual([
      'cat train/cat/1.png train',
      `cat ${name}/cat/2.png validation`,
      'dog test/dog/3.png test',
    ]);
  });

  it('takes a folder called train as a class when there is no other part', async () => {
    const root = await folderOf({ 'bus/1.png': 1, 'train/2.png': 2 });
    expect(await listed(root)).toEqual(['bus bus/1.png', 'train train/2.png']);
  });

  it('follows links to files and folders', async () => {
    const root = await folderOf({ 'cat/1.png': 1 });
    const other = await folderOf({ 'photos/2.png': 2 });
    await symlink(join(other, 'photos'), join(root, 'dog'));
    await symlink(join(other, 'photos/2.png'), join(root, 'cat/2.png'));
    expect(await listed(root)).toEqual(['cat cat/1.png', 'cat cat/2.png', 'dog dog/2.png']);
  });

  it('refuses a link to a folder that contains it', async () => {
    const root = await folderOf({ 'cat/1.png': 1 });
    await symlink(root, join(root, 'cat/again'));
    await expect(listImages(root)).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringContaining('cat/again: expected a folder, or a link to another one'),
    });
  });

  it('skips hidden files, broken links and files outside class folders, with the reasons', async () => {
    const root = await folderOf({
      'cat/1.png': 1,
      'cat/.hidden.png': 2,
      'cat/Thumbs.db': 'x',
      'cat/desktop.ini': 'x',
      '__MACOSX/cat/._1.png': 'x',
      '.ipynb_checkpoints/cat/1.png': 3,
      'README.md': 'x',
    });
    await symlink('nowhere', join(root, 'cat/broken.png'));
    const { images, skipped, classFolders } = await listImages(root);
    expect(images.map(({ path }) => path)).toEqual(['cat/1.png']);
    expect(classFolders).toEqual(['cat']);
    expect(Object.fromEntries(skipped.map(({ path, why }) => [path, why]))).toEqual({
      'cat/.hidden.png': 'hidden',
      'cat/Thumbs.db': 'hidden',
      'cat/desktop.ini': 'hidden',
      __MACOSX: 'hidden',
      '.ipynb_checkpoints': 'hidden',
      'cat/broken.png': 'a broken link',
      'README.md': 'in no class folder',
    });
  });

  it.each([
    [
      'metadata.csv',
      '\ufefffile_name,label,group,split\na.png,"cat, big",anna,train\n"b ""x"".png",dog,,test\n',
    ],
    [
      'metadata.csv',
      'file_name;label;group;split;other\r\na.png;cat, big;anna;train;1\r\n"b ""x"".png";dog;;test;2\r\n',
    ],
    [
      'metadata.jsonl',
      '{"file_name":"a.png","label":"cat, big","group":"anna","split":"train"}\n{"path":"b \\"x\\".png","class":"dog","split":"test","group":null}\n',
    ],
  ])('reads %s', async (name, text) => {
    const root = await folderOf({ [name]: text, 'a.png': 1, 'b "x".png': 2, 'c.png': 3 });
    expect(await listed(root)).toEqual(['cat, big a.png train anna', 'dog b "x".png test']);
    expect((await listImages(root)).skipped).toEqual([{ path: 'c.png', why: `not in ${name}` }]);
  });

  it('reads the metadata of each part', async () => {
    const root = await folderOf({
      'train/metadata.csv': 'file_name,label\n1.png,cat\n',
      'train/1.png': 1,
      'test/metadata.jsonl': '{"file_name": "x/2.png", "label": 7}',
      'test/x/2.png': 2,
    });
    expect((await listed(root)).toSorted()).toEqual(['7 test/x/2.png test', 'cat train/1.png train']);
  });

  it('reads a CSV file of any name, with paths relative to its folder', async () => {
    const root = await folderOf({ 'labels.csv': 'path,label\n./a/1.png,cat\n', 'a/1.png': 1 });
    expect(await listed(join(root, 'labels.csv'))).toEqual(['cat a/1.png']);
  });

  it.each<[string, string, string, RegExp]>([
    [
      'no head line',
      'metadata.csv',
      'a.png,cat\nb.png,dog\n',
      /metadata\.csv, line 2: expected file_name and label.*a\.png, cat/,
    ],
    ['an empty label', 'metadata.csv', 'file_name,label\na.png,\n', /line 2/],
    ['too few columns', 'metadata.csv', 'file_name,label\na.png,cat\nb.png\n', /line 3/],
    ['an unknown split', 'metadata.csv', 'file_name,label,split\na.png,cat,dev\n', /line 2.*got dev/],
    [
      'two labels of an image',
      'metadata.csv',
      'file_name,label\na.png,cat\na.png,dog\n',
      /line 3.*a\.png as cat and as dog/,
    ],
    [
      'damaged JSON',
      'metadata.jsonl',
      '{"file_name":"a.png","label":"cat"}\n{"file_name":\n',
      /line 2: expected a JSON object/,
    ],
  ])('rejects metadata with %s and names the line', async (_, name, text, message) => {
    const root = await folderOf({ [name]: text });
    await expect(listImages(root)).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringMatching(message),
    });
  });

  it('lists the same images in the same order whatever the order in which they were made', async () => {
    const names = ['ﬀ', '𝒜', 'B', 'a', 'é', 'Z'];
    const roots = await Promise.all(
      [names, names.toReversed()].map(async (order) => {
        const root = temporaryFolder();
        for (const name of order) {
          await mkdir(join(root, name));
          await writeFile(join(root, name, `${name}.png`), 'x');
        }
        return root;
      }),
    );
    const [first, second] = await Promise.all(roots.map(listed));
    expect(first).toEqual(second);
    // Python's sorted() of the same names.
    expect(first.map((line) => line.split(' ')[0])).toEqual(['B', 'Z', 'a', 'é', 'ﬀ', '𝒜']);
  });
});

describe('byCodePoint', () => {
  it('sorts as code points do', () => {
    const codePoints = (text: string) => Array.from(text, (character) => character.codePointAt(0) as number);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const [x, y] = [codePoints(a), codePoints(b)];
        const i = x.findIndex((point, i) => point !== y[i]);
        const order = i === -1 ? x.length - y.length : x[i] - (y[i] ?? -1);
        expect(Math.sign(byCodePoint(a, b))).toBe(Math.sign(order));
      }),
    );
  });
});

describe('arrange', () => {
  it('lists or skips each file of any tree exactly once', () => {
    const name = fc.constantFrom('train', 'val', 'test', 'cat', 'dog', '1.png', 'metadata.csv');
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), (files) => {
        const folders = new Set(
          files.flatMap((file) =>
            file.split('/').flatMap((_, i, names) => (i ? [names.slice(0, i).join('/')] : [])),
          ),
        );
        const { images, skipped } = arrange({ files, folders: [...folders], skipped: [] }, new Map());
        expect([...images, ...skipped].map(({ path }) => path).toSorted()).toEqual(files.toSorted());
        for (const { path, label } of images) expect(path.split('/').slice(0, -1)).toContain(label);
      }),
    );
  });
});
