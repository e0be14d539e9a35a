/**
 * @file Weights as a safetensors file (huggingface/safetensors, README, "Format"):
 *
 * ```
 * 8 bytes    N, the size of the header, unsigned little-endian 64-bit
 * N bytes    JSON, UTF-8: { "name": { "dtype": "F32", "shape": [...], "data_offsets": [begin, end] }, ... }
 * the rest   the tensors, little-endian, row-major, at their offsets without gaps
 * ```
 */
import type { Network, Weights } from './model/spec.ts';

/** The bytes of a file that holds `weights` under PyTorch's names, in PyTorch's layout. */
export function encodeSafetensors(
  { name: model, parameters }: Network,
  weights: Weights,
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', model } };
  const tensors: Uint8Array[] = [];
  let end = 0;
  for (const { name, shape } of parameters) {
    const values = weights.get(name) as Float32Array<ArrayBuffer>;
    const begin = end;
    end += values.byteLength;
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, end] };
    tensors.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  // Padded with spaces so that the tensors begin at a multiple of 8 bytes, as the format's own writer does.
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerSize = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerSize + end).fill(0x20, 8, 8 + headerSize);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerSize), true);
  file.set(json, 8);
  let offset = 8 + headerSize;
  for (const tensor of tensors) {
    file.set(tensor, offset);
    offset += tensor.length;
  }
  return file;
}
