/** @file The four official files of Fashion-MNIST: names, sizes, digests and mirrors (zalandoresearch/fashion-mnist, README). */
import { IMAGE_SIZE } from '#shared/input/garment/size.ts';

export interface OfficialFile {
  name: string;
  md5: string;
  /** MD5 of the unpacked file. */
  content: string;
  /** Size of the compressed file. */
  bytes: number;
  /** Shape of the IDX tensor in the file. */
  shape: readonly number[];
}

const images = (count: number) => [count, IMAGE_SIZE, IMAGE_SIZE];

export const FILES = {
  trainImages: {
    name: 'train-images-idx3-ubyte.gz',
    md5: '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
    content: 'f4a8712d7a061bf5bd6d2ca38dc4d50a',
    bytes: 26_421_880,
    shape: images(60_000),
  },
  trainLabels: {
    name: 'train-labels-idx1-ubyte.gz',
    md5: '25c81989df183df01b3e8a0aad5dffbe',
    content: '9018921c3c673c538a1fc5bad174d6f9',
    bytes: 29_515,
    shape: [60_000],
  },
  testImages: {
    name: 't10k-images-idx3-ubyte.gz',
    md5: 'bef4ecab320f06d8554ea6380940ec79',
    content: '8181f5470baa50b63fa0f6fddb340f0a',
    bytes: 4_422_102,
    shape: images(10_000),
  },
  testLabels: {
    name: 't10k-labels-idx1-ubyte.gz',
    md5: 'bb300cfdad3c16e7a12a480ee83cd310',
    content: '15d484375f8d13e6eb1aabb0c3f46965',
    bytes: 5_148,
    shape: [10_000],
  },
} as const satisfies Record<string, OfficialFile>;

/**
 * Base URLs that serve the four files, in the order in which they are tried: the authors' repository, then the bucket from which Keras
 * downloads them. The authors' own bucket has no HTTPS.
 */
export const MIRRORS = [
  'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
  'https://storage.googleapis.com/tensorflow/tf-keras-datasets/',
];
