/** @file What is said of folders of images that something is wrong with. */
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFolder } from '../../../../train/dataset/folder/load.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { folderOf, images } from './image-folder.ts';

const input = { shape: [3, 8, 8], preprocessing: { kind: 'fit', version: 1, mode: 'cover' } } as const;
const cache = temporaryFolder();

async function load(data: string): Promise<string> {
  const lines: string[] = [];
  await loadFolder(data, { input, splitSeed: 0, cache, log: (line) => lines.push(line) });
  return lines.join('\n');
}

/** Returns metadata of `count` images in two classes. @param labels of the images with an even and an odd number */
const rows = (count: number, ...labels: string[]) =>
  `file_name,label\n${Array.from({ length: count }, (_, i) => `x/${i}.png,${labels[i % 2]}\n`).join('')}`;
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

describe('a bad folder', () => {
  it.each<[string, Record<string, string | number | Uint8Array>, RegExp]>([
    [
      'labels that are not in UTF-8',
      { ...images('x', 40, 1), 'metadata.csv': latin1(rows(40, 'café', 'thé')) },
      /metadata\.csv: expected text in UTF-8, got bytes that are no UTF-8\. Save the file again as CSV UTF-8\./,
    ],
    [
      'a label with a control character',
      { ...images('x', 40, 1), 'metadata.csv': rows(40, 'a', 'b\u0007') },
      /expected names of classes without control characters, got "b\\u0007"\. Rename the class\./,
    ],
    [
      'classes that differ only in the encoding of an accent',
      { ...images('e\u0301t', 20, 1), ...images('\u00e9t', 20, 101) },
      /expected names of classes that look different, got .* encoding of an accent/,
    ],
    [
      'classes that differ only in a space',
      { ...images('a', 20, 1), ...images('a ', 20, 101) },
      /expected names of classes that look different, got ("a" and "a "|"a " and "a"), which differ only in their spaces/,
    ],
    [
      'an empty label',
      { ...images('x', 40, 1), 'metadata.csv': rows(40, 'a', '') },
      /metadata\.csv, line 3: .* got an empty or invalid label\./,
    ],
    [
      'a cut line of JSON',
      { ...images('x', 2, 1), 'metadata.jsonl': '{"file_name": "x/0.png", "label"' },
      /metadata\.jsonl, line 1: expected a JSON object on each line, got text that is no JSON\./,
    ],
  ])('with %s is refused', async (_, files, message) => {
    await expect(load(await folderOf(files))).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringMatching(message),
    });
  });

  it('that is a file is refused', async () => {
    const root = await folderOf({ 'photo.png': 1 });
    await expect(load(join(root, 'photo.png'))).rejects.toThrow(/expected a folder of images, got a file\./);
  });

  it('whose parts share images is loaded with a warning', async () => {
    const own = { ...images('train/a', 20, 1), ...images('train/b', 20, 101) };
    const parts = { ...images('val/a', 5, 201), ...images('val/b', 5, 301), ...images('test/b', 5, 401) };
    const leaks = { ...images('test/a', 2, 1), ...images('val/a', 5, 201) };
    expect(await load(await folderOf({ ...own, ...parts, ...images('test/a', 5, 501) }))).not.toContain(
      'Warning',
    );
    expect(await load(await folderOf({ ...own, ...parts, ...leaks }))).toMatch(
      /^Warning: 2 of the images are in several parts, so the results are too good: .*(train|test)\/a\/\d\.png is .*npm run inspect lists them all\.$/m,
    );
  });

  it('with images under two labels is loaded with a warning', async () => {
    const data = await folderOf({ ...images('a', 40, 1), ...images('b', 40, 101), 'b/copy.png': 7 });
    expect(await load(data)).toMatch(
      /^Warning: 1 of the images have several labels: (a\/6\.png is b\/copy\.png|b\/copy\.png is a\/6\.png)\. /m,
    );
  });

  it('with hundreds of classes lists only the first that a part lacks', async () => {
    const classes = Array.from({ length: 60 }, (_, i) => images(`k${i}`, 5, 10 * i + 1));
    const log = await load(await folderOf(Object.assign({}, ...classes)));
    expect(log).toMatch(/^No test image is of (k\d+, ){9}k\d+ and \d+ more, so the test results do not/m);
  });

  it('with links to the same images twice is loaded with a warning', async () => {
    const root = await folderOf({ ...images('train/a', 20, 1), ...images('train/b', 20, 101) });
    await symlink(join(root, 'train'), join(root, 'test'));
    expect(await load(root)).toMatch(/^Warning: \d\d of the images are in several parts/m);
  });
});
