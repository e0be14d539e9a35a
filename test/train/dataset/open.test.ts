import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GARMENT_INPUT } from '#shared/input/prepare.ts';
import { openDataset } from '../../../train/dataset/open.ts';
import { openDecoder } from '../../../train/decoder.ts';
import { openPipeline } from '../../../train/preparation.ts';
import { describeWithData } from '../../support/data.ts';
import { folderOf, images } from './folder/image-folder.ts';

describe('openDataset', () => {
  it('reads a folder of images with the settings of the run', async () => {
    const data = await folderOf({
      ...images('train/a', 5, 1),
      ...images('train/b', 5, 11),
      ...images('test/a', 5, 21),
    });
    const log: string[] = [];
    const options = { log: (line: string) => log.push(line) };
    // The validation images are taken from the ten training images: another seed takes others.
    const settings = { data, imageSize: 9, colour: 'grey', fit: 'contain', splitSeed: 3 } as const;
    const { classes, shape, preprocessing, test } = await openDataset(settings, options);
    expect({ classes, shape, preprocessing }).toEqual({
      classes: ['a', 'b'],
      shape: [1, 9, 9],
      preprocessing: { kind: 'fit', version: 1, mode: 'contain' },
    });
    expect(test.images).toHaveLength(5 * 81);
    expect(log[0]).toMatch(
      /: 15 images of 2 classes; \d training images, \d validation images? and 5 test images\.$/,
    );
  });

  it('prepares garments as the Worker prepares photos', async () => {
    const data = await folderOf({
      ...images('train/a', 5, 1),
      ...images('train/b', 5, 11),
      'test/a/0.png': 21,
    });
    const { shape, preprocessing, test } = await openDataset({ data, fit: 'garment' });
    expect({ shape, preprocessing }).toEqual(GARMENT_INPUT);
    const [decoder, prepare] = await Promise.all([openDecoder(), openPipeline()]);
    const file = await readFile(join(data, 'test/a/0.png'));
    expect(test.images).toEqual((await decoder.decode(file, (pixels) => prepare(pixels))).image);
    await expect(openDataset({ data, fit: 'garment', imageSize: 64 })).rejects.toThrow(
      'cannot use --image-size with --fit garment: expected the image of the photo pipeline, 28 × 28 pixels of 1 channel. Leave out --image-size, or use --fit cover.',
    );
  });

  it('takes a folder with only a part of the official files as a damaged copy of Fashion-MNIST', async () => {
    const data = await folderOf({ 'train-labels-idx1-ubyte.gz': 'x', ...images('a', 5, 1) });
    await expect(openDataset({ data })).rejects.toThrow(/cannot read .*train-images-idx3-ubyte\.gz/);
  });
});

describeWithData('openDataset on Fashion-MNIST', () => {
  it('gives labels, shape and preprocessing of Fashion-MNIST', async () => {
    const { name, classes, shape, preprocessing, validation } = await openDataset({
      data: process.env.FASHION_MNIST_DIR,
    });
    expect(name).toBe('Fashion-MNIST');
    expect(classes[9]).toBe('Ankle boot');
    expect(shape).toEqual([1, 28, 28]);
    expect(preprocessing.kind).toBe('garment');
    expect(validation).toBeUndefined();
  });
});
