/** @file Folders of four IDX files: Fashion-MNIST in any packing, and other data sets such as MNIST. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FILES } from '../../../train/dataset/fashion-mnist/files.ts';
import { loadDataset } from '../../../train/dataset/fashion-mnist/load.ts';
import { loadIdxFolder } from '../../../train/dataset/idx-folder.ts';
import { isFolder } from '../../../train/dataset/open.ts';
import { describeWithData, packedFolder } from '../../support/data.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Returns an IDX file of unsigned bytes. */
function idx(shape: number[], value: (i: number) => number): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length);
  for (const [i, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * i);
  const data = Uint8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => value(i));
  return Buffer.concat([header, data]);
}

const unpacked = (name: string) => name.replace('.gz', '');

/** Writes digits of 4 × 3 pixels: 20 to train on and 10 to test on. */
async function writeDigits(changes: Record<string, Uint8Array | string> = {}): Promise<string> {
  const folder = join(temporaryFolder(), 'My Digits');
  await mkdir(folder);
  const files = {
    [FILES.trainImages.name]: gzipSync(idx([20, 4, 3], (i) => i)),
    [FILES.trainLabels.name]: gzipSync(idx([20], (i) => i % 10)),
    [unpacked(FILES.testImages.name)]: idx([10, 4, 3], (i) => 255 - i),
    't10k-labels.idx1-ubyte': idx([10], (i) => 9 - i),
    ...changes,
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

describe('a folder of other IDX files', () => {
  it('is a data set of its own, whose classes are numbers', async () => {
    const folder = await writeDigits();
    const log: string[] = [];
    const dataset = await loadIdxFolder(folder, (line) => log.push(line));
    expect(dataset).toMatchObject({
      ...{ name: 'My Digits', modelPrefix: 'my-digits', shape: [1, 4, 3] },
      classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
      preprocessing: { kind: 'fit', mode: 'cover' },
      ...{ train: { count: 20 }, test: { count: 10 } },
    });
    expect([...dataset.train.images.subarray(0, 4), dataset.train.labels[13]]).toEqual([0, 1, 2, 3, 3]);
    expect([...dataset.test.images.subarray(0, 2), dataset.test.labels[0]]).toEqual([255, 254, 9]);
    expect(log.join()).toMatch(/20 training and 10 test images of 10 classes.*not those of Fashion-MNIST/);
    expect(isFolder({ data: folder })).toBe(false);
  });

  it('has the names in labels.txt', async () => {
    const names = 'お き す つ な は ま や れ を'.split(' ');
    const folder = await writeDigits({ 'labels.txt': `${names.join('\r\n')}\n` });
    expect((await loadIdxFolder(folder)).classes).toEqual(names);
  });

  it('has the same digests in any packing', async () => {
    const other = {
      [FILES.trainImages.name]: gzipSync(
        idx([20, 4, 3], (i) => i),
        { level: 1 },
      ),
    };
    const [one, two] = [await writeDigits(), await writeDigits(other)];
    expect((await loadIdxFolder(one)).digests).toEqual((await loadIdxFolder(two)).digests);
  });

  it.each<[string, Record<string, Uint8Array | string>, RegExp]>([
    [
      'too few names',
      { 'labels.txt': 'a\nb' },
      /labels\.txt: expected a line for each of 10 classes.*2 lines/,
    ],
    [
      'as many labels as images',
      { [FILES.trainLabels.name]: idx([19], () => 1) },
      /train-labels.*wrong sizes: expected 20, got 19/,
    ],
    [
      'test images of the same size',
      { [FILES.testImages.name]: idx([10, 3, 3], () => 1) },
      /expected images of 4 × 3 pixels, got 3 × 3/,
    ],
    [
      'a whole gzip file',
      { [FILES.trainImages.name]: gzipSync(idx([20, 4, 3], () => 1)).subarray(0, 20) },
      /cannot unpack/,
    ],
    ['images', { [FILES.trainImages.name]: idx([0, 4, 3], () => 1) }, /expected images, got 0 × 4 × 3/],
    ['a header', { [FILES.trainImages.name]: new Uint8Array(5) }, /train-images/],
  ])('needs %s', async (_, changes, message) => {
    const folder = await writeDigits(changes);
    const before = await readdir(folder);
    const error = await loadIdxFolder(folder).catch((error) => error);
    expect(error).toMatchObject({ kind: 'data', message: expect.stringMatching(message) });
    expect(error.message).not.toMatch(/delete/i);
    expect(await readdir(folder)).toEqual(before);
  });

  it('is refused where only Fashion-MNIST is meant, without advice to delete it', async () => {
    const error = await loadDataset({ folder: await writeDigits() }).catch((error) => error);
    expect(error).toMatchObject({
      kind: 'data',
      message: expect.stringMatching(/not the official file.*MNIST, needs --data/),
    });
    expect(error.message).not.toMatch(/delete/i);
  });
});

describeWithData('the files of Fashion-MNIST', (data) => {
  it('are taken unpacked, or packed by another program', async () => {
    const folder = temporaryFolder();
    for (const { name } of Object.values(FILES)) {
      const content = gunzipSync(await readFile(join(packedFolder as string, name)));
      if (name.includes('labels')) await writeFile(join(folder, name), gzipSync(content, { level: 1 }));
      else await writeFile(join(folder, unpacked(name)), content);
    }
    const { train, test, ...description } = await loadIdxFolder(folder);
    const { train: expected, test: expectedTest, ...official } = data();
    expect(description).toEqual(official);
    expect(Buffer.compare(train.images, expected.images)).toBe(0);
    expect([train.labels, test.labels]).toEqual([expected.labels, expectedTest.labels]);
    expect((await loadDataset({ folder })).digests).toEqual(official.digests);
  });

  it('are not mixed with those of another data set', async () => {
    const folder = await writeDigits();
    const { name } = FILES.testLabels;
    await writeFile(join(folder, name), await readFile(join(packedFolder as string, name)));
    await expect(loadIdxFolder(folder)).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringMatching(/train-images.*not the official file.*four files of one data set/),
    });
  });
});
