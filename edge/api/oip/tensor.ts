/** @file Converts an input tensor of the Open Inference Protocol to the network's input. */
import { channelsFirst } from '#shared/input/layout.ts';
import { bytesOf, isNormalized, networkInput, PIXEL_SCALE } from '#shared/input/preprocessing.ts';
import { checkImageCount } from '../../http/limits.ts';
import { HttpProblem } from '../../http/problem.ts';
import type { ServedModel } from '../../registry/served-model.ts';
import type { InferInput } from './requests.ts';

export interface ImageTensor {
  n: number;
  /** Returns the network's input for a part of the batch, `[end - start, channels, height, width]` in row-major order. */
  images(start: number, end: number): Float32Array;
}

/**
 * Reads a tensor in the layout of the manifest.
 * @param tensor `FP32`: the network's input. `UINT8`: pixel bytes, which become the network's input
 * @param binary the bytes after the JSON
 * @throws HttpProblem `invalid-body`, `too-many-images`
 */
export function readTensor(
  tensor: InferInput,
  { manifest, input }: Pick<ServedModel, 'manifest' | 'input'>,
  binary: Uint8Array,
): ImageTensor {
  const { name } = manifest.input;
  if (tensor.name !== name) throw invalid(`The name of the input must be "${name}"`);
  const isLast = manifest.input.layout === 'NHWC';
  const [channels, height, width] = input.shape;
  const n = batchSize(tensor.shape, isLast ? [height, width, channels] : input.shape);
  const length = n * bytesOf(input.shape);
  const values = readValues(tensor, length, binary);
  const isUint8 = tensor.datatype === 'UINT8';
  const { isValid, range } = isUint8 ? BYTE : isNormalized(input) ? FINITE : UNIT;
  for (let i = 0; i < length; i++) {
    const value = values[i];
    if (typeof value === 'number' && isValid(value)) continue;
    throw invalid(`Every element of a ${tensor.datatype} tensor must be ${range}`);
  }
  const sent = Array.isArray(values)
    ? (isUint8 ? Uint8Array : Float32Array).from(values as number[])
    : values;
  const size = bytesOf(input.shape);
  return {
    n,
    images(start, end) {
      const part = new Float32Array(sent.subarray(start * size, end * size));
      const planes = isLast ? channelsFirst(part, input.shape) : part;
      return isUint8 ? networkInput(planes, input) : planes;
    },
  };
}

/** Range checks catch pixels in 0..255 that are sent as FP32, which would yield a wrong prediction. None accepts NaN. */
const UNIT = { isValid: (value: number) => value >= 0 && value <= 1, range: 'a number from 0 to 1' };
/** A network whose input is shifted and scaled by the mean and the standard deviation of its data set takes any number. */
const FINITE = { isValid: Number.isFinite, range: 'a finite number' };
const BYTE = {
  isValid: (value: number) => Number.isInteger(value) && value >= 0 && value <= PIXEL_SCALE,
  range: 'an integer from 0 to 255',
};

/** Bytes of an element. */
const BYTES = { FP32: 4, UINT8: 1 };

function batchSize([n = 0, ...image]: number[], shape: readonly number[]): number {
  if (n < 1 || image.join() !== shape.join()) {
    throw invalid(`The shape must be [n, ${shape.join(', ')}] with n at least 1`);
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
  const bytes = length * BYTES[datatype];
  if (size !== bytes || binary.length !== bytes) {
    throw invalid(
      `A ${datatype} tensor of this shape has ${bytes} bytes; binary_data_size and the bytes after the JSON must match`,
    );
  }
  if (datatype === 'UINT8') return binary;
  // Moves the bytes over the end of the JSON, because a tensor may start at an unaligned offset. Both sides are little-endian.
  const start = binary.byteOffset & ~3;
  new Uint8Array(binary.buffer).copyWithin(start, binary.byteOffset, binary.byteOffset + bytes);
  return new Float32Array(binary.buffer, start, length);
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
