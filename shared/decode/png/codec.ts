/**
 * @file The PNG codec: @jsquash/png's WebAssembly decoder (image-rs/png).
 *
 * The package's own JavaScript keeps a single instance and needs a global `ImageData`, but an instance that has trapped cannot be
 * used again. This file calls the module directly, on instances that can be discarded.
 */
import { type Codec, unusedImport } from '../codec.ts';
import type { Pixels } from '../pixels.ts';
import type { PngHeader } from './header.ts';

/** The used exports of the module: wasm-bindgen's ABI of `decode(data: &[u8]) -> ImageData`. */
interface PngExports {
  memory: WebAssembly.Memory;
  __wbindgen_malloc(bytes: number, align: number): number;
  __wbindgen_free(address: number, bytes: number, align: number): void;
  /** Takes ownership of the input. Passes its result to the import `newwithownedu8clampedarray…`. */
  decode(address: number, bytes: number): number;
}

/**
 * Creates an instance of the decoder.
 * @throws WebAssembly.LinkError when the module has other imports than this file provides
 */
export function instantiatePng(module: WebAssembly.Module): Codec<PngHeader> {
  let decoded: { address: number; bytes: number; pixels: Pixels } | undefined;
  const glue: Record<string, (...args: number[]) => number> = {
    /** Rust calls this as `new ImageData(bytes, width, height)`. It returns a handle of the object, which is not used here. */
    __wbg_newwithownedu8clampedarrayandsh: (address = 0, bytes = 0, width = 0, height = 0) => {
      const data = new Uint8ClampedArray(wasm.memory.buffer, address, bytes);
      decoded = { address, bytes, pixels: { width, height, data } };
      return 0;
    },
  };
  const imports: Record<string, WebAssembly.ImportValue> = {};
  for (const { name } of WebAssembly.Module.imports(module)) {
    // wasm-bindgen appends a hash to each name. The other imports belong to functions that this file does not call.
    imports[name] = glue[name.replace(/_[0-9a-f]{16}$/, '')] ?? unusedImport('PNG', name);
  }
  const wasm = new WebAssembly.Instance(module, { wbg: imports }).exports as unknown as PngExports;

  return {
    decode(bytes) {
      if (decoded) wasm.__wbindgen_free(decoded.address, decoded.bytes, 1);
      decoded = undefined;
      const address = wasm.__wbindgen_malloc(bytes.length, 1) >>> 0;
      new Uint8Array(wasm.memory.buffer).set(bytes, address);
      wasm.decode(address, bytes.length);
      // The import above has set it, which TypeScript cannot see.
      const result = decoded as { pixels: Pixels } | undefined;
      if (!result) throw new Error('the PNG decoder returned no pixels');
      return result.pixels;
    },
    returnsView: true,
    memoryBytes: () => wasm.memory.buffer.byteLength,
  };
}
