/** @file Converts an input tensor of the Open Inference Protocol to the network's input. */
import { IMAGE_PIXELS, IMAGE_SIZE, PIXEL_SCALE } from '#shared/labels.ts';
import type { Manifest } from '#shared/manifest.ts';
import { checkImageCount } from '../../http/limits.ts';
import { HttpProblem } from '../../http/problem.ts';
import type { InferInput } from './requests.ts';

export interface ImageTensor {
  /** `[n, 1, 28, 28]` in row-major order, in 0..1 */
  images: Float32Array;
  n: number;
}

/**
 * @param binary the bytes after the JSON
 * @throws HttpProblem `invalid-body`, `too-many-images`
 */
export function readTensor(input: InferInput, { name }: Manifest['input'], binary: Uint8Array): ImageTensor {
  if (input.name !== name) throw invalid(`The name of the input must be "${name}"`);
  const n = batchSize(input.shape);
  const images = new Float32Array(n * IMAGE_PIXELS);
  const { scale, isPixel, range } = DATATYPES[input.datatype];
  const values = readValues(input, images.length, binary);
  for (let i = 0; i < images.length; i++) {
    const value = values[i];
    // `isPixel` is false for NaN.
    if (typeof value !== 'number' || !isPixel(value)) {
      throw invalid(`Every element of a ${input.datatype} tensor must be ${range}`);
    }
    images[i] = value / scale;
  }
  return { images, n };
}

/** Range checks catch pixels in 0..255 that are sent as FP32, which would yield a wrong prediction. */
const DATATYPES = {
  FP32: {
    bytes: 4,
    scale: 1,
    isPixel: (value: number) => value >= 0 && value <= 1,
    range: 'a number from 0 to 1',
  },
  UINT8: {
    bytes: 1,
    scale: PIXEL_SCALE,
    isPixel: (value: number) => Number.isInteger(value) && value >= 0 && value <= PIXEL_SCALE,
    range: 'an integer from 0 to 255',
  },
};

const IMAGE_SHAPE = [1, IMAGE_SIZE, IMAGE_SIZE];

function batchSize(shape: number[]): number {
  const [n = 0, ...image] = shape;
  if (n < 1 || image.join() !== IMAGE_SHAPE.join()) {
    throw invalid(`The shape must be [n, ${IMAGE_SHAPE.join(', ')}] with n at least 1`);
  }
  checkImageCount(n);
  return n;
}

function readValues({ shape, datatype, parameters, data }: InferInput, length: number, binary: Uint8Array) {
  const size = parameters?.binary_data_size;
  if ((size === undefined) === (data === undefined)) {
    throw invalid('An input must have either data or the parameter binary_data_size');
  }
  if (data) {
    if (binary.length > 0) throw invalid('No input refers to the bytes after the JSON');
    return data.length === length && !Array.isArray(data[0]) ? data : flatten(data, shape);
  }
  const bytes = length * DATATYPES[datatype].bytes;
  if (size !== bytes || binary.length !== bytes) {
    throw invalid(
      `A ${datatype} tensor of this shape has ${bytes} bytes; binary_data_size and the bytes after the JSON must match`,
    );
  }
  // Copies the bytes, because a tensor may start at an unaligned offset. Both sides are little-endian.
  return datatype === 'FP32' ? new Float32Array(binary.slice().buffer) : binary;
}

/** Flattens nested arrays. It stops at the first array of another length and at the depth of the shape. */
function flatten(data: unknown, [size, ...inner]: number[]): unknown[] {
  if (!Array.isArray(data) || data.length !== size) {
    throw invalid(
      'The data must be a flat array with one number per element, or nested arrays like the shape',
    );
  }
  return inner.length === 0 ? data : data.flatMap((row) => flatten(row, inner));
}

const invalid = (detail: string): HttpProblem => new HttpProblem('invalid-body', `${detail}.`);
