/** @file Photos beside Fashion-MNIST: which labels they get, how often each occurs, and what is refused. */
import { beforeAll, describe, expect, it } from 'vitest';
import { forward } from '#shared/model/forward.ts';
import { DESCRIPTION } from '../../../../train/dataset/fashion-mnist/description.ts';
import { LABELS } from '../../../../train/dataset/fashion-mnist/labels.ts';
import { NONE, withPhotos } from '../../../../train/dataset/fashion-mnist/photos.ts';
import { openDataset } from '../../../../train/dataset/open.ts';
import { type Dataset, type Split, take } from '../../../../train/dataset/split.ts';
import type { Source } from '../../../../train/model/transfer.ts';
import { readSources } from '../../../../train/release/source.ts';
import { describeWithData } from '../../../support/data.ts';
import { folderOf, images } from '../folder/image-folder.ts';

const SIZE = 28 * 28;

const blank = (count: number): Split => ({
  count,
  images: new Uint8Array(count * SIZE).fill(7),
  labels: Uint16Array.from({ length: count }, (_, i) => i % 10),
});
/** As many images as a data set of 600 has. */
const DATASET: Dataset = { ...DESCRIPTION, train: blank(600), test: blank(20), digests: { images: 'x' } };

/** Returns the label of each image. */
const labelsOf = ({ classes }: Dataset, { labels }: Split) => Array.from(labels, (label) => classes[label]);

/** Returns how often each label occurs among the images that were added. */
function added(dataset: Dataset): Record<string, number> {
  const labels = labelsOf(dataset, dataset.train).slice(DATASET.train.count);
  return Object.fromEntries([...Map.groupBy(labels, (label) => label)].map(([k, v]) => [k, v.length]));
}

/** Returns a few photos of two kinds. */
const kinds = (first: string, second: string) => ({
  ...images(`train/${first}`, 5, 1),
  ...images(`train/${second}`, 5, 11),
  ...images(`val/${first}`, 1, 21),
});

describe('withPhotos', () => {
  let start: Source | undefined;
  beforeAll(async () => {
    start = (await readSources({ pretrained: 'release/edge/tinyvgg.onnx' })).pretrained;
  });

  it('adds photos with the labels of their kinds, and pictures of other things as a class of their own', async () => {
    const data = await folderOf({
      ...images('train/pants', 16, 1),
      ...images('train/dress', 9, 21),
      ...images('train/hat', 9, 131),
      ...images('train/drawing', 5, 61),
      ...images('val/pants', 2, 41),
      ...images('val/drawing', 3, 51),
    });
    const log: string[] = [];
    const dataset = await withPhotos(DATASET, data, { start, log: (line) => log.push(line) });
    expect(dataset.classes).toEqual([...LABELS, NONE]);
    expect(dataset.none).toBe(NONE);
    // 400 photos of garments in the ratio √16 : √9, and 120 pictures of other things, for 600 images.
    expect(added(dataset)).toEqual({ Trouser: 229, Dress: 171, [NONE]: 120 });
    expect(take(dataset.train, 600).images).toEqual(Buffer.from(DATASET.train.images));
    expect(dataset.test).toBe(DATASET.test);
    const { validation } = dataset;
    expect(labelsOf(dataset, validation as Split).toSorted()).toEqual([
      ...Array(3).fill(NONE),
      'Trouser',
      'Trouser',
    ]);
    expect(dataset.digests).toEqual({ images: 'x', photos: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(log.at(-1)).toBe('Trains on 39 photos beside the 600 images of Fashion-MNIST.');
  });

  it('gives a photo of a kind with several labels the one of them that the release scores highest', async () => {
    const data = await folderOf({
      ...images('train/pants', 5, 41),
      ...images('train/shoes', 12, 1),
      ...images('val/shoes', 3, 31),
    });
    const dataset = await withPhotos(DATASET, data, { start });
    expect(dataset.classes).toEqual(LABELS);
    expect(dataset.none).toBeUndefined();
    const { images: pixels, labels } = dataset.validation as Split;
    const shoes = ['Sandal', 'Sneaker', 'Ankle boot'].map((label) => LABELS.indexOf(label as 'Sandal'));
    for (const [i, label] of labels.entries()) {
      const image = Float32Array.from(pixels.subarray(i * SIZE, (i + 1) * SIZE), (pixel) => pixel / 255);
      const { network, weights } = start as Source;
      const logits = forward(network, weights, image, 1).at(-1) as Float32Array;
      expect(shoes).toContain(label);
      expect(logits[label]).toBe(Math.max(...shoes.map((shoe) => logits[shoe])));
    }
  });

  it('asks for a release where a kind has several labels', async () => {
    const data = await folderOf(kinds('shoes', 'pants'));
    await expect(withPhotos(DATASET, data, { start: undefined })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(
        /^cannot use --photos without --pretrained: .*Add --pretrained release\/edge\/tinyvgg\.onnx\.$/,
      ),
    });
  });

  it('names the kinds that it knows when it does not know one', async () => {
    const data = await folderOf(kinds('scarf', 'pants'));
    await expect(withPhotos(DATASET, data, { start })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(
        /^no label is known for the photos of scarf: expected .*blouse.*other.*Rename the kind/,
      ),
    });
  });
});

describe('openDataset with photos', () => {
  it('refuses them for a folder of images', async () => {
    const data = await folderOf(images('a', 5, 1));
    await expect(openDataset({ data, photos: data })).rejects.toThrow(
      'cannot use --photos with a folder of images: expected Fashion-MNIST. Leave out --data, or put the photos into its folder.',
    );
  });
});

describeWithData('openDataset with photos beside Fashion-MNIST', () => {
  it('adds two photos for every three images', async () => {
    const photos = await folderOf(kinds('pants', 'dress'));
    const { train } = await openDataset({ data: process.env.FASHION_MNIST_DIR, photos });
    expect(train.count).toBe(100_000);
  });
});
