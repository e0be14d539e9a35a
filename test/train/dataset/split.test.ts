/** @file The division of a data set into the images of a run. */
import { expect, it } from 'vitest';
import { GARMENT_INPUT } from '#shared/input/prepare.ts';
import { type Dataset, divide, holdOut, type Split } from '../../../train/dataset/split.ts';

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

it('holdOut divides the targets as it divides the labels', () => {
  const split = {
    ...splitOf(3),
    labels: Uint16Array.of(5, 6, 7),
    targets: Float32Array.of(1, 2, 3, 4, 5, 6),
  };
  const { train, heldOut } = holdOut(split, 1);
  expect([[...train.labels], [...(train.targets ?? [])]]).toEqual([
    [5, 6],
    [1, 2, 3, 4],
  ]);
  expect([[...heldOut.labels], [...(heldOut.targets ?? [])]]).toEqual([[7], [5, 6]]);
});
