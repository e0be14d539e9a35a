/**
 * @file One instance of @jsquash/png's WebAssembly decoder (image-rs/png).
 *
 * The package's own JavaScript holds a single instance for ever and needs a global `ImageData`. A decoder that has trapped
 * is broken for good, so this file does the same few calls on an instance that its owner can throw away.
 */
import type { Codec } from '../codec.ts';
import type { Pixels } from '../pixels.ts';
import type { PngHeader } from './header.ts';

/** What the module exports and this file calls: wasm-bindgen's ABI of `decode(data: &[u8]) -> ImageData`. */
interface PngExports {
  memory: WebAssembly.Memory;
  __wbindgen_malloc(bytes: number, align: number): number;
  __wbindgen_free(address: number, bytes: number, align: number): void;
  /** Takes ownership of the input; its result arrives through the import `newwithownedu8clampedarray…`. */
  decode(address: number, bytes: number): number;
}

/** @throws WebAssembly.LinkError when the module is not the one this file was written for */
export function instantiatePng(module: WebAssembly.Module): Codec<PngHeader> {
  let decoded: { address: number; bytes: number; pixels: Pixels } | undefined;
  const glue: Record<string, (...args: number[]) => number> = {
    /** Rust hands over the pixels: `new ImageData(bytes, width, height)`; the number it gets back stands for the object. */
    __wbg_newwithownedu8clampedarrayandsh: (address = 0, bytes = 0, width = 0, height = 0) => {
      const data = new Uint8ClampedArray(wasm.memory.buffer, address, bytes);
      decoded = { address, bytes, pixels: { width, height, data } };
      return 0;
    },
  };
  const imports: Record<string, WebAssembly.ImportValue> = {};
  for (const { name } of WebAssembly.Module.imports(module)) {
    // wasm-bindgen appends a hash to a name. What has no glue belongs to functions that are not called here.
    imports[name] = glue[name.replace(/_[0-9a-f]{16}$/, '')] ?? unreachable(name);
  }
  const wasm = new WebAssembly.Instance(module, { wbg: imports }).exports as unknown as PngExports;

  return {
    decode(bytes) {
      if (decoded) wasm.__wbindgen_free(decoded.address, decoded.bytes, 1);
      decoded = undefined;
      const address = wasm.__wbindgen_malloc(bytes.length, 1) >>> 0;
      new Uint8Array(wasm.memory.buffer).set(bytes, address);
      wasm.decode(address, bytes.length);
      // TypeScript does not see that the import above has set it.
      const result = decoded as { pixels: Pixels } | undefined;
      if (!result) throw new Error('the PNG decoder returned no pixels');
      return result.pixels;
    },
    lendsPixels: true,
    memoryBytes: () => wasm.memory.buffer.byteLength,
  };
}

function unreachable(name: string): () => never {
  return () => {
    throw new Error(`the PNG decoder called ${name}`);
  };
}
