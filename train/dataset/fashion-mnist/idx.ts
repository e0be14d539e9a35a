/**
 * @file The IDX format (Yann LeCun, "The MNIST database", section "file formats for the MNIST database"):
 *
 * ```
 * [offset] [type]          [value]      [description]
 * 0000     32 bit integer  0x00000803   magic number: two zero bytes, the type of the data, the number of dimensions
 * 0004     32 bit integer  60000        size in dimension 0
 * 0008     32 bit integer  28           size in dimension 1
 * ...                                   (integers are big-endian; type 0x08 is unsigned byte)
 * xxxx     unsigned byte   ??           data, row-major
 * ```
 */
import { ExplainedError } from '#shared/errors.ts';

const UNSIGNED_BYTE = 0x08;

const headerBytes = (shape: readonly number[]): number => 4 + 4 * shape.length;

/** Returns the size of an IDX file of unsigned bytes. */
export const idxBytes = (shape: readonly number[]): number =>
  headerBytes(shape) + shape.reduce((product, size) => product * size, 1);

/**
 * Parses an IDX file of unsigned bytes.
 * @param file name of the file for errors
 * @param shape expected shape
 * @returns the data as a view of `bytes`
 * @throws ExplainedError of kind `data`
 */
export function parseIdx(file: string, bytes: Uint8Array, shape: readonly number[]): Uint8Array {
  const fail = (what: string, expected: string, got: string): never => {
    throw new ExplainedError({
      kind: 'data',
      what: `${file}: ${what}`,
      expected,
      got,
      next: 'Replace it by a complete copy.',
    });
  };
  const header = headerBytes(shape);
  if (bytes.length < header) fail('truncated header', `${header} bytes`, `${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = (UNSIGNED_BYTE << 8) | shape.length;
  const hex = (word: number) => `0x${word.toString(16).padStart(8, '0')}`;
  if (view.getUint32(0) !== magic) fail('wrong magic number', hex(magic), hex(view.getUint32(0)));
  const sizes = shape.map((_, i) => view.getUint32(4 + 4 * i));
  if (sizes.some((size, i) => size !== shape[i])) fail('wrong sizes', shape.join('×'), sizes.join('×'));
  const length = idxBytes(shape);
  if (bytes.length !== length) fail('wrong length', `${length} bytes`, `${bytes.length}`);
  return bytes.subarray(header);
}

/**
 * Reads the sizes of an IDX file's dimensions.
 * @throws ExplainedError of kind `data` when the file has no header of so many dimensions
 */
export function idxSizes(file: string, bytes: Uint8Array, dimensions: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = Array.from({ length: dimensions }, (_, i) =>
    bytes.length < 8 + 4 * i ? 0 : view.getUint32(4 + 4 * i),
  );
  parseIdx(file, bytes, sizes);
  return sizes;
}
