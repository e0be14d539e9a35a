/** @file The division of a data set into the images of a run. */
import { expect, it } from 'vitest';
import { GARMENT_INPUT } from '#shared/input/prepare.ts';
import { type Dataset, divide, type Split } from '../../../train/dataset/split.ts';

const splitOf = (count: number): Split => ({
  count,
  images: new Uint8Array(count),
  labels: new Uint16Array(count),
});

const DATASET: Dataset = {
  name: 'test',
  modelPrefix: '',
  classes: ['a'],
  ...GARMENT_INPUT,
  train: splitOf(3),
  validation: splitOf(2),
  test: splitOf(7),
  digests: {},
};

const countsOf = ({ train, heldOut, test }: ReturnType<typeof divide>) => [
  train.count,
  heldOut.count,
  test.count,
];

it('divide keeps all test images where there are more of them than training images', () => {
  expect(countsOf(divide(DATASET, 0))).toEqual([3, 2, 7]);
  expect(countsOf(divide(DATASET, 0, 2))).toEqual([2, 2, 2]);
});
