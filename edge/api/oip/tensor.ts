/** @file An input of the Open Inference Protocol → the network's input. */
import { IMAGE_PIXELS, IMAGE_SIZE, PIXEL_SCALE } from '#shared/labels.ts';
import type { Manifest } from '#shared/manifest.ts';
import { HttpProblem } from '../../problem.ts';
import { checkImageCount } from '../limits.ts';
import type { InferInput } from './requests.ts';

export interface ImageTensor {
  /** `[n, 1, 28, 28]` row by row, in 0..1 */
  images: Float32Array;
  n: number;
}

/**
 * @param binary what follows the request's JSON
 * @throws HttpProblem `invalid-body`, `too-many-images`
 */
export function readTensor(input: InferInput, { name }: Manifest['input'], binary: Uint8Array): ImageTensor {
  if (input.name !== name) throw refusal(`The model has one input, "${name}"`);
  const n = batchOf(input.shape);
  const images = new Float32Array(n * IMAGE_PIXELS);
  const { scale, isPixel, pixel } = PIXELS[input.datatype];
  const values = readValues(input, images.length, binary);
  for (let i = 0; i < images.length; i++) {
    const value = values[i];
    // NaN is no pixel.
    if (typeof value !== 'number' || !isPixel(value)) {
      throw refusal(`Every element of ${input.datatype} must be ${pixel}`);
    }
    images[i] = value / scale;
  }
  return { images, n };
}

/** What an element of each datatype is. Another range is refused: 0..255 as FP32 would get an answer, and a wrong one. */
const PIXELS = {
  FP32: {
    bytes: 4,
    scale: 1,
    isPixel: (value: number) => value >= 0 && value <= 1,
    pixel: 'a number from 0 to 1',
  },
  UINT8: {
    bytes: 1,
    scale: PIXEL_SCALE,
    isPixel: (value: number) => Number.isInteger(value) && value >= 0 && value <= PIXEL_SCALE,
    pixel: 'a whole number from 0 to 255',
  },
};

const IMAGE_SHAPE = [1, IMAGE_SIZE, IMAGE_SIZE];

function batchOf(shape: number[]): number {
  const [n = 0, ...image] = shape;
  if (n < 1 || image.join() !== IMAGE_SHAPE.join()) {
    throw refusal(`The shape must be [n, ${IMAGE_SHAPE.join(', ')}], and n at least 1`);
  }
  checkImageCount(n);
  return n;
}

function readValues({ shape, datatype, parameters, data }: InferInput, length: number, binary: Uint8Array) {
  const size = parameters?.binary_data_size;
  if ((size === undefined) === (data === undefined)) {
    throw refusal('An input has either data or the parameter binary_data_size');
  }
  if (data) {
    if (binary.length > 0) throw refusal('There are bytes after the JSON that no input takes');
    return data.length === length && !Array.isArray(data[0]) ? data : unnest(data, shape);
  }
  const bytes = length * PIXELS[datatype].bytes;
  if (size !== bytes || binary.length !== bytes) {
    throw refusal(`This shape has ${bytes} bytes of ${datatype}: after the JSON, and in binary_data_size`);
  }
  // A copy, since the tensor may begin at any byte. Both ends are little-endian.
  return datatype === 'FP32' ? new Float32Array(binary.slice().buffer) : binary;
}

/** Nothing of another length than the shape's is looked into, nor anything deeper. */
function unnest(data: unknown, [size, ...inner]: number[]): unknown[] {
  if (!Array.isArray(data) || data.length !== size) {
    throw refusal('The data must have as many numbers as the shape says, flat or nested like it');
  }
  return inner.length === 0 ? data : data.flatMap((row) => unnest(row, inner));
}

const refusal = (detail: string): HttpProblem => new HttpProblem('invalid-body', `${detail}.`);
