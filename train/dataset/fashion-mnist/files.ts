/** @file The four official files of Fashion-MNIST: names, sizes, digests and mirrors (zalandoresearch/fashion-mnist, README). */
import { IMAGE_SIZE } from '#shared/input/garment/size.ts';

export interface OfficialFile {
  name: string;
  md5: string;
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
    bytes: 26_421_880,
    shape: images(60_000),
  },
  trainLabels: {
    name: 'train-labels-idx1-ubyte.gz',
    md5: '25c81989df183df01b3e8a0aad5dffbe',
    bytes: 29_515,
    shape: [60_000],
  },
  testImages: {
    name: 't10k-images-idx3-ubyte.gz',
    md5: 'bef4ecab320f06d8554ea6380940ec79',
    bytes: 4_422_102,
    shape: images(10_000),
  },
  testLabels: {
    name: 't10k-labels-idx1-ubyte.gz',
    md5: 'bb300cfdad3c16e7a12a480ee83cd310',
    bytes: 5_148,
    shape: [10_000],
  },
} as const satisfies Record<string, OfficialFile>;

/**
 * Base URLs that serve the four files, in the order in which they are tried: the authors' repository, then their bucket. The bucket has
 * no HTTPS, so networks that allow only HTTPS cannot reach it.
 */
export const MIRRORS = [
  'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
  'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
];
