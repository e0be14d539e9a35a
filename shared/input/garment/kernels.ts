/** @file Compiles the kernels of the photo pipeline (assembly/) and reads their results. */
import type { Exports } from './build/photo.ts';

export type PhotoKernels = Exports;

/** Compiles build/photo.wasm on platforms that allow compilation at run time (Node, browsers). */
export const compilePhoto = (bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> =>
  WebAssembly.compile(bytes);

/**
 * Reads a structure of float64 fields that a kernel has written.
 * @param names of the fields in memory order
 */
export function readStructure<Name extends string>(
  { buffer }: WebAssembly.Memory,
  address: number,
  names: readonly Name[],
): Record<Name, number> {
  const values = new Float64Array(buffer, address, names.length);
  return Object.fromEntries(names.map((name, i) => [name, values[i]])) as Record<Name, number>;
}
