/**
 * @file Tensors as a safetensors file (huggingface/safetensors, README, "Format"):
 *
 * ```
 * 8 bytes    N, the size of the header, unsigned little-endian 64-bit
 * N bytes    JSON, UTF-8: { "name": { "dtype": "F32", "shape": [...], "data_offsets": [begin, end] }, ... }
 * the rest   the tensors, little-endian, row-major, at their offsets without gaps
 * ```
 */
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import type { Network, Shape, Weights } from '#shared/model/spec.ts';
import { Whole } from '#shared/validation.ts';

const ARRAYS = { F32: Float32Array, U32: Uint32Array, U8: Uint8Array } as const;
type Dtype = keyof typeof ARRAYS;

export interface Tensor {
  shape: Shape;
  values: InstanceType<(typeof ARRAYS)[Dtype]>;
}

const Size = v.pipe(Whole, v.minValue(0));
const Header = v.record(
  v.string(),
  v.object({
    dtype: v.picklist(Object.keys(ARRAYS) as Dtype[]),
    shape: v.array(Size),
    data_offsets: v.strictTuple([Size, Size]),
  }),
);
const Metadata = v.record(v.string(), v.string());

/** Weights under PyTorch's names, in PyTorch's layout. */
export const weightTensors = ({ parameters }: Network, weights: Weights): Map<string, Tensor> =>
  new Map(
    parameters.map(({ name, shape }) => [
      name,
      { shape, values: weights.get(name) as Float32Array<ArrayBuffer> },
    ]),
  );

/** The bytes of a file that holds `tensors` in their order. */
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
  // Padded with spaces so that the tensors begin at a multiple of 8 bytes, as the format's own writer does.
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerSize = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerSize + end).fill(0x20, 8, 8 + headerSize);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerSize), true);
  file.set(json, 8);
  let offset = 8 + headerSize;
  for (const { values } of tensors.values()) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return file;
}

/**
 * The tensors of a file, copied, and its metadata.
 * @throws ExplainedError of kind `model` when the file is damaged or has other types than float32, uint32 and uint8
 */
export function decodeSafetensors(file: Uint8Array): {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
} {
  try {
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    const begin = 8 + Number(view.getBigUint64(0, true));
    const json = new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, begin));
    const { __metadata__ = {}, ...header } = JSON.parse(json);
    const tensors = new Map<string, Tensor>();
    for (const [name, { dtype, shape, data_offsets }] of Object.entries(v.parse(Header, header))) {
      const [from, to] = data_offsets.map((offset) => begin + offset);
      const size = shape.reduce((a, b) => a * b, ARRAYS[dtype].BYTES_PER_ELEMENT);
      if (to > file.length || to - from !== size)
        throw new Error(`${name} lies outside the file or has another size`);
      tensors.set(name, { shape, values: new ARRAYS[dtype](new Uint8Array(file.subarray(from, to)).buffer) });
    }
    return { tensors, metadata: v.parse(Metadata, __metadata__) };
  } catch (cause) {
    throw new ExplainedError({
      kind: 'model',
      what: 'cannot read a safetensors file',
      expected: 'what this program wrote',
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function dtypeOf(values: Tensor['values']): Dtype {
  if (values instanceof Float32Array) return 'F32';
  return values instanceof Uint32Array ? 'U32' : 'U8';
}
