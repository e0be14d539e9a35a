/** @file The safetensors format: what is written, and what is read or rejected. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExplainedError } from '../../shared/errors.ts';
import { resolveNetwork } from '../../shared/model/spec.ts';
import { initialWeights } from '../../train/model/initialize.ts';
import { modelSpec } from '../../train/model/zoo.ts';
import { Generator } from '../../train/random.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  requireSafetensors,
  type Tensor,
  weightTensors,
} from '../../train/safetensors.ts';

const TENSORS = new Map<string, Tensor>([
  ['floats', { shape: [2, 3], values: Float32Array.from([1, -2, 3.5, 0, Number.NaN, Infinity]) }],
  ['integers', { shape: [2], values: Uint32Array.from([0, 0xffffffff]) }],
  ['bytes', { shape: [3], values: Uint8Array.from([1, 2, 3]) }],
  ['empty', { shape: [0], values: new Float32Array() }],
]);

/** Returns a file with this header, and `size` bytes of tensors. */
function fileWith(header: unknown, size: number): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

const info = (changes: object = {}) => ({ dtype: 'F32', shape: [2], data_offsets: [0, 8], ...changes });

describe('encodeSafetensors', () => {
  it('writes a padded header, then the tensors without gaps, under PyTorch’s names', () => {
    const network = resolveNetwork(modelSpec('tinyvgg'));
    const weights = initialWeights(network, Generator.seeded(42));
    const file = encodeSafetensors(weightTensors(network, weights), { format: 'pt' });
    const size = Number(new DataView(file.buffer).getBigUint64(0, true));
    expect(size % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + size)));
    expect(Object.keys(header)).toEqual(['__metadata__', ...network.parameters.map(({ name }) => name)]);
    let end = 0;
    for (const { name, shape } of network.parameters) {
      const { dtype, shape: stored, data_offsets } = header[name];
      expect({ dtype, stored, begin: data_offsets[0] }).toEqual({ dtype: 'F32', stored: shape, begin: end });
      end = data_offsets[1];
      const values = new Float32Array(file.slice(8 + size + data_offsets[0], 8 + size + end).buffer);
      expect(values).toEqual(weights.get(name));
    }
    expect(file.length).toBe(8 + size + end);
  });
});

describe('decodeSafetensors', () => {
  const file = encodeSafetensors(TENSORS, { format: 'test' });

  it('returns the tensors and metadata that were encoded', () => {
    expect(decodeSafetensors(file)).toEqual({ tensors: TENSORS, metadata: { format: 'test' } });
  });

  it('reads a file at any offset of a buffer', () => {
    const buffer = new Uint8Array(file.length + 3);
    buffer.set(file, 3);
    expect(decodeSafetensors(buffer.subarray(3)).tensors).toEqual(TENSORS);
  });

  it.each<[string, unknown, number, RegExp]>([
    ['a type that it does not support', { a: info({ dtype: 'BF16' }) }, 8, /F32, U32, U8 for a, got BF16/],
    [
      'a tensor of another size than its shape',
      { a: info({ shape: [3] }) },
      8,
      /expected 12 bytes for a, got 8/,
    ],
    ['offsets in the wrong order', { a: info({ data_offsets: [8, 0] }) }, 8, /a\.data_offsets/],
    ['a negative offset', { a: info({ data_offsets: [-4, 4] }) }, 4, /a\.data_offsets/],
    ['an offset past the end', { a: info({ data_offsets: [4, 12] }) }, 8, /as in its header/],
    ['bytes after the last tensor', { a: info() }, 9, /as in its header/],
    ['metadata that are not strings', { __metadata__: { n: 1 } }, 0, /__metadata__/],
    ['a header that is not JSON', '{"a":', 0, /not JSON/],
    ['a header that is not an object', '7', 0, /safetensors header/],
  ])('rejects %s', (_, header, size, message) => {
    expect(() => decodeSafetensors(fileWith(header, size), 'x.safetensors')).toThrow(message);
    expect(() => decodeSafetensors(fileWith(header, size), 'x.safetensors')).toThrow(
      /^cannot read x\.safetensors/,
    );
  });

  it('rejects a header that claims more than 100 MB', () => {
    const huge = fileWith({}, 0);
    new DataView(huge.buffer).setBigUint64(0, 2n ** 60n, true);
    expect(() => decodeSafetensors(huge)).toThrow(/without a whole header/);
  });

  it('reads or rejects any bytes', () => {
    const damaged = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(file.length).map((end) => file.slice(0, end)),
      fc.tuple(fc.nat(file.length - 1), fc.nat(255)).map(([i, value]) => file.with(i, value)),
    );
    fc.assert(
      fc.property(damaged, (bytes) => {
        try {
          decodeSafetensors(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ExplainedError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('requireSafetensors', () => {
  it('accepts types that decodeSafetensors does not support', () => {
    requireSafetensors(fileWith({ a: info({ dtype: 'F16', shape: [4] }) }, 8), 'x');
  });

  it.each([0, 7, 8, 20])('rejects a file of %i bytes', (size) => {
    const file = encodeSafetensors(TENSORS, {}).subarray(0, size);
    expect(() => requireSafetensors(file, 'x')).toThrow(`expected a safetensors file, got ${size} bytes`);
  });
});
