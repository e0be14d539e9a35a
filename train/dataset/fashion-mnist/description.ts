/** @file What a model of Fashion-MNIST takes and returns. */
import { PHOTO_PIPELINE } from '#shared/input/garment/photo.ts';
import { IMAGE_SIZE, LABELS } from '#shared/labels.ts';
import type { Dataset } from '../split.ts';

export const DESCRIPTION: Pick<Dataset, 'name' | 'modelPrefix' | 'classes' | 'shape' | 'preprocessing'> = {
  name: 'Fashion-MNIST',
  modelPrefix: '',
  classes: LABELS,
  shape: [1, IMAGE_SIZE, IMAGE_SIZE],
  preprocessing: { kind: 'garment', version: PHOTO_PIPELINE },
};
