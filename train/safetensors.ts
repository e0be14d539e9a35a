/**
 * @file Reads and writes safetensors files (https://huggingface.co/docs/safetensors/index#format):
 *
 * > 8 bytes: N, an unsigned little-endian 64-bit integer, containing the size of the header
 * > N bytes: a JSON UTF-8 string representing the header: {"TENSOR_NAME": {"dtype", "shape", "data_offsets": [BEGIN, END]}, …}
 * > Rest of the file: byte-buffer [without holes]
 *
 * Tensors are little-endian and row-major. `__metadata__` in the header maps strings to strings.
 */
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import type { Network, Shape, Weights } from '#shared/model/spec.ts';
import { describeIssue, Whole } from '#shared/validation.ts';

const ARRAYS = { F32: Float32Array, U32: Uint32Array, U8: Uint8Array } as const;
type Dtype = keyof typeof ARRAYS;

export interface Tensor {
  shape: Shape;
  values: InstanceType<(typeof ARRAYS)[Dtype]>;
}

const SIZE_BYTES = 8;
/** Largest header in bytes, as in the format's own reader. */
const MAX_HEADER = 100_000_000;

const Size = v.pipe(Whole, v.minValue(0));
const TensorInfo = v.object({
  dtype: v.string(),
  shape: v.array(Size),
  data_offsets: v.pipe(
    v.strictTuple([Size, Size]),
    v.check(([begin, end]) => begin <= end, 'expected BEGIN up to END'),
  ),
});
const Header = v.objectWithRest(
  { __metadata__: v.optional(v.record(v.string(), v.string()), {}) },
  TensorInfo,
);

interface ParsedHeader {
  tensors: [name: string, info: v.InferOutput<typeof TensorInfo>][];
  metadata: Record<string, string>;
  /** Offset of the tensors in the file, in bytes. */
  dataStart: number;
}

/** Names weights as PyTorch does; their layout is PyTorch's, too. */
export const weightTensors = ({ parameters }: Network, weights: Weights): Map<string, Tensor> =>
  new Map(
    parameters.map(({ name, shape }) => [
      name,
      { shape, values: weights.get(name) as Float32Array<ArrayBuffer> },
    ]),
  );

/** Returns the bytes of a file with `tensors` in their order. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string>,
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    const begin = end;
    end += values.byteLength;
    header[name] = { dtype: dtypeOf(values), shape, data_offsets: [begin, end] };
  }
  // Spaces pad the header so that the tensors begin at a multiple of 8 bytes, as in the format's own writer.
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerSize = Math.ceil(json.length / 8) * 8;
  const dataStart = SIZE_BYTES + headerSize;
  const file = new Uint8Array(dataStart + end).fill(0x20, SIZE_BYTES, dataStart);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerSize), true);
  file.set(json, SIZE_BYTES);
  let offset = dataStart;
  for (const { values } of tensors.values()) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return file;
}

/**
 * Copies the tensors out of a file.
 * @param path named in errors
 * @throws ExplainedError of kind `model` when the file is damaged, or has other types than float32, uint32 and uint8
 */
export function decodeSafetensors(
  file: Uint8Array,
  path = 'the safetensors file',
): { tensors: Map<string, Tensor>; metadata: Record<string, string> } {
  const { tensors, metadata, dataStart } = parseHeader(file, path);
  const decode = (
    { dtype, shape, data_offsets: [begin, end] }: (typeof tensors)[number][1],
    name: string,
  ) => {
    if (!isDtype(dtype)) throw unreadable(path, `${Object.keys(ARRAYS).join(', ')} for ${name}`, dtype);
    const size = shape.reduce((a, b) => a * b, ARRAYS[dtype].BYTES_PER_ELEMENT);
    if (end - begin !== size) throw unreadable(path, `${size} bytes for ${name}`, `${end - begin}`);
    const bytes = new Uint8Array(file.subarray(dataStart + begin, dataStart + end));
    return { shape, values: new ARRAYS[dtype](bytes.buffer) };
  };
  return { tensors: new Map(tensors.map(([name, info]) => [name, decode(info, name)])), metadata };
}

/**
 * Checks that a file has a header, and all the bytes that the header describes.
 * @param path named in the error
 * @throws ExplainedError of kind `model` when the file is damaged
 */
export function requireSafetensors(file: Uint8Array, path: string): void {
  parseHeader(file, path);
}

/** Parses the header, and checks that the file ends where the last tensor ends. */
function parseHeader(file: Uint8Array, path: string): ParsedHeader {
  const headerSize =
    file.length < SIZE_BYTES
      ? Number.NaN
      : Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const dataStart = SIZE_BYTES + headerSize;
  if (!(headerSize <= MAX_HEADER && dataStart <= file.length)) {
    throw unreadable(path, 'a safetensors file', `${file.length} bytes without a whole header`);
  }
  const { __metadata__: metadata, ...tensors } = parseJson(file.subarray(SIZE_BYTES, dataStart), path);
  const entries = Object.entries(tensors);
  const size = entries.reduce(
    (end, [, { data_offsets }]) => Math.max(end, dataStart + data_offsets[1]),
    dataStart,
  );
  if (size === file.length) return { tensors: entries, metadata, dataStart };
  throw unreadable(path, `${size} bytes, as in its header`, `${file.length} bytes`);
}

function parseJson(bytes: Uint8Array, path: string): v.InferOutput<typeof Header> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw unreadable(path, 'a safetensors file', 'a header that is not JSON', cause);
  }
  const { success, output, issues } = v.safeParse(Header, value, { abortEarly: true });
  if (success) return output;
  throw unreadable(path, 'a safetensors header', describeIssue(issues[0]));
}

const isDtype = (dtype: string): dtype is Dtype => Object.hasOwn(ARRAYS, dtype);

function dtypeOf(values: Tensor['values']): Dtype {
  if (values instanceof Float32Array) return 'F32';
  return values instanceof Uint32Array ? 'U32' : 'U8';
}

const unreadable = (path: string, expected: string, got: string, cause?: unknown): ExplainedError =>
  new ExplainedError({
    kind: 'model',
    what: `cannot read ${path}`,
    expected,
    got,
    next: 'Train or export again.',
    cause,
  });
