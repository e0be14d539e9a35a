/** @file Types and compiles the kernels of the photo pipeline (assembly/). */
import type { Exports } from './build/photo.ts';

export type PhotoKernels = Exports;

/** Compiles build/photo.wasm on platforms that allow compilation at run time (Node, browsers). */
export const compilePhoto = (bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> =>
  WebAssembly.compile(bytes);
