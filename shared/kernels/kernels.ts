/** @file Instantiates the compiled training kernels over a memory that the caller lays out and may share between threads. */
import type { Exports } from './build/training.ts';

export interface KernelBuild {
  /** Whether multiply-adds are rounded once. */
  relaxed: boolean;
  module: WebAssembly.Module;
}

/** Lowest address of a session's data. The constants of the compiled module lie below it (`memoryBase` in asconfig.json). */
export const FIRST_ADDRESS = 16 * 1024;

/** Bytes of a page of WebAssembly memory. */
export const PAGE = 64 * 1024;
/** The largest memory, 1 GiB, which the module declares too (asconfig.json). It is reserved, not allocated. */
export const MAXIMUM_PAGES = 16_384;

/** Compiles the relaxed SIMD build if the machine supports it and `relaxed` is not false, else the SIMD build. */
export async function compileKernels(
  builds: { relaxed: Uint8Array<ArrayBuffer>; simd: Uint8Array<ArrayBuffer> },
  { relaxed = true }: { relaxed?: boolean } = {},
): Promise<KernelBuild> {
  const usesRelaxed = relaxed && WebAssembly.validate(builds.relaxed);
  return {
    relaxed: usesRelaxed,
    module: await WebAssembly.compile(usesRelaxed ? builds.relaxed : builds.simd),
  };
}

/** Creates a shared memory of at least `bytes`. */
export function createMemory(bytes: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE), maximum: MAXIMUM_PAGES, shared: true });
}

/** Grows `memory` to at least `bytes`. */
export function growMemory(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE);
  if (missing > 0) memory.grow(missing);
}

/** Creates an instance over `memory`. Each thread needs its own. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Exports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
}
