import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FILES } from '../../../../train/dataset/fashion-mnist/files.ts';
import { parseIdx } from '../../../../train/dataset/fashion-mnist/idx.ts';
import { loadDataset } from '../../../../train/dataset/fashion-mnist/load.ts';
import { runNode } from '../../../support/command.ts';
import { describeWithData, packedFolder } from '../../../support/data.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** Returns an IDX file of unsigned bytes. */
function idx(shape: number[], data: Uint8Array): Uint8Array {
  const file = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  for (const [i, size] of shape.entries()) view.setUint32(4 + 4 * i, size);
  file.set(data, 4 + 4 * shape.length);
  return file;
}

describe('parseIdx', () => {
  it('returns the data of any valid file', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(shapes, (shape) => {
        const data = Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i * 7);
        expect([...parseIdx('file', idx(shape, data), shape)]).toEqual([...data]);
      }),
    );
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(), /file: truncated header: expected 12 bytes, got 0/],
    [
      'a wrong magic number',
      idx([2, 2], new Uint8Array(4)).fill(9, 0, 4),
      /wrong magic number: expected 0x00000802, got 0x09090909/,
    ],
    ['an unexpected shape', idx([2, 3], new Uint8Array(6)), /wrong sizes: expected 2×2, got 2×3/],
    ['a truncated file', idx([2, 2], new Uint8Array(3)), /wrong length: expected 16 bytes, got 15/],
    ['a file with trailing bytes', idx([2, 2], new Uint8Array(5)), /wrong length: expected 16 bytes, got 17/],
  ])('rejects %s', (_, bytes, message) => {
    expect(() => parseIdx('file', bytes, [2, 2])).toThrow(message);
  });
});

describe('loadDataset with a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });

  it('throws an error that names the expected files if they are missing', async () => {
    await expect(loadDataset({ folder })).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringMatching(/cannot read .*train-images-idx3-ubyte\.gz.*ENOENT.*four official/),
    });
  });

  it('throws an error with both digests if a file is not the official one, and changes no file', async () => {
    for (const { name } of Object.values(FILES))
      await writeFile(join(folder, name), gzipSync(new Uint8Array(10)));
    await expect(loadDataset({ folder })).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringMatching(
        /not the official file: expected MD5 8d4fb7e6c68d591d4c3dfef9ec88bf0d, got [0-9a-f]{32}/,
      ),
    });
    expect((await readdir(folder)).length).toBe(4);
  });

  it('uses neither the cache nor the mirrors', async () => {
    const cache = join(folder, 'cache');
    await mkdir(cache);
    await expect(loadDataset({ folder, cache, mirrors: ['http://127.0.0.1:1/'] })).rejects.toThrow(
      /cannot read/,
    );
    expect(await readdir(cache)).toEqual([]);
  });
});

describeWithData('Fashion-MNIST', (data) => {
  it('has 60,000 training and 10,000 test images, equally many of each class', () => {
    const { train, test } = data();
    expect([train.count, train.images.length, test.count, test.images.length]).toEqual([
      60_000, 47_040_000, 10_000, 7_840_000,
    ]);
    const counts = (labels: Uint16Array) =>
      labels.reduce((sums, label) => sums.with(label, sums[label] + 1), new Array(10).fill(0));
    expect(counts(test.labels)).toEqual(new Array(10).fill(1000));
    expect(counts(train.labels)).toEqual(new Array(10).fill(6000));
  });

  it('begins with the lab’s first sample, an ankle boot', async () => {
    const { train } = data();
    expect(train.labels[0]).toBe(9);
    // Row 3 as the lab prints it, in 1/255.
    expect([...train.images.subarray(84, 112)].slice(12, 20)).toEqual([1, 0, 0, 13, 73, 0, 0, 1]);
  });

  it('is loaded from the folder in FASHION_MNIST_DIR', async () => {
    vi.stubEnv('FASHION_MNIST_DIR', packedFolder as string);
    expect((await loadDataset()).test.count).toBe(10_000);
    vi.unstubAllEnvs();
  });

  it('is downloaded by several processes at once into one cache', async () => {
    const { serveFolder } = await import('./mirror.ts');
    const mirror = await serveFolder(packedFolder as string);
    const cache = temporaryFolder();
    const script = `
      import { loadDataset } from './train/dataset/fashion-mnist/load.ts';
      const { train } = await loadDataset(JSON.parse(process.argv[1]));
      console.log(train.count);`;
    const options = JSON.stringify({ cache, mirrors: [mirror.url] });
    const env = { ...process.env, FASHION_MNIST_DIR: undefined };
    const ended = await Promise.all(
      [1, 2, 3].map(() => runNode(['--input-type=module', '-e', script, options], { env })),
    );
    await mirror.close();
    expect(ended.map(({ stdout, stderr }) => ({ stdout, stderr }))).toEqual(
      Array(3).fill({ stdout: '60000\n', stderr: '' }),
    );
    expect((await readdir(cache)).toSorted()).toEqual(
      Object.values(FILES)
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  it('replaces an incomplete file in the cache', async () => {
    vi.stubEnv('FASHION_MNIST_DIR', undefined);
    const { serveFolder } = await import('./mirror.ts');
    const mirror = await serveFolder(packedFolder as string);
    const cache = temporaryFolder();
    await writeFile(join(cache, FILES.testLabels.name), 'half a file');
    expect((await loadDataset({ cache, mirrors: [mirror.url] })).test.count).toBe(10_000);
    await mirror.close();
    vi.unstubAllEnvs();
  });

  it('is downloaded from a mirror into an empty cache, and loaded from the cache the next time', async () => {
    vi.stubEnv('FASHION_MNIST_DIR', undefined);
    const { serveFolder } = await import('./mirror.ts');
    const mirror = await serveFolder(packedFolder as string);
    const cache = temporaryFolder();
    const progress: string[] = [];
    const onProgress = (file: string) => progress.push(file);
    expect((await loadDataset({ cache, mirrors: [mirror.url], onProgress })).train.count).toBe(60_000);
    expect((await readdir(cache)).toSorted()).toEqual(
      Object.values(FILES)
        .map(({ name }) => name)
        .toSorted(),
    );
    expect(progress.length).toBeGreaterThan(4);
    await mirror.close();
    expect((await loadDataset({ cache, mirrors: [mirror.url] })).test.count).toBe(10_000);
    expect(await readFile(join(cache, FILES.testLabels.name))).toEqual(
      await readFile(join(packedFolder as string, FILES.testLabels.name)),
    );
    vi.unstubAllEnvs();
  });
});
