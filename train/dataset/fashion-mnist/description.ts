/** @file What a model of Fashion-MNIST takes and returns. */
import { PHOTO_PIPELINE } from '#shared/input/garment/photo.ts';
import { IMAGE_SIZE } from '#shared/input/garment/size.ts';
import type { Dataset } from '../split.ts';
import { LABELS } from './labels.ts';

export const DESCRIPTION: Pick<
  Dataset,
  'name' | 'modelPrefix' | 'classes' | 'license' | 'shape' | 'preprocessing'
> = {
  name: 'Fashion-MNIST',
  modelPrefix: '',
  classes: LABELS,
  // https://github.com/zalandoresearch/fashion-mnist/blob/master/LICENSE
  license: 'MIT',
  shape: [1, IMAGE_SIZE, IMAGE_SIZE],
  preprocessing: { kind: 'garment', version: PHOTO_PIPELINE },
};
