/** @file The compiled kernels from JavaScript: instances over a memory that the caller lays out and may share. */

/** What the module exports (assembly/step.ts); `job` is the address of a Job (assembly/plan.ts). */
export interface Kernels {
  /** Logits of the job's images. */
  infer(job: number): void;
  /** One step of training on the job's images. */
  step(job: number): void;
  /** A worker's life: returns after `stop`. Blocks its thread. */
  work(job: number, thread: number): void;
  stop(job: number): void;
}

export interface KernelBuild {
  /** Uses multiply-add in one rounding. */
  relaxed: boolean;
  module: WebAssembly.Module;
}

/** Where a session's memory begins: the kernels' own constants lie below (asconfig.json). */
export const FIRST_ADDRESS = 16 * 1024;

/** Bytes of a page of WebAssembly memory. */
export const PAGE = 64 * 1024;
/** The module declares the same (asconfig.json): 1 GiB, reserved and not taken. */
export const MAXIMUM_PAGES = 16_384;

/** Compiles the relaxed build where the machine takes it and `relaxed` is not false, else the plain one. */
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

/** A memory of at least `bytes` that threads can share. */
export function createMemory(bytes: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE), maximum: MAXIMUM_PAGES, shared: true });
}

/** Lets `memory` hold at least `bytes`. */
export function growMemory(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE);
  if (missing > 0) memory.grow(missing);
}

/** An instance over `memory`; each thread has its own. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}
