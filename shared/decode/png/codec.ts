/**
 * @file The PNG codec: @jsquash/png's WebAssembly decoder (image-rs/png), which ignores checksums.
 *
 * The package's own JavaScript keeps a single instance and needs a global `ImageData`, but an instance that has trapped cannot be
 * used again. This file calls the module directly.
 */
import { type Codec, unusedImport } from '../codec.ts';
import { type InitialMemory, instantiate } from '../memory.ts';
import type { Pixels } from '../pixels.ts';
import type { PngHeader } from './header.ts';

/** The used exports of the module: wasm-bindgen's ABI of `decode(data: &[u8]) -> ImageData`. */
interface PngExports {
  memory: WebAssembly.Memory;
  __wbindgen_malloc(bytes: number, align: number): number;
  /** Takes ownership of the input. Passes its result to the import `newwithownedu8clampedarray…`. */
  decode(address: number, bytes: number): number;
}

const INITIAL: InitialMemory = { pages: 17, heapStart: 1_114_112 };

export function pngCodec(module: WebAssembly.Module): Codec<PngHeader> {
  return (_, header) => {
    let decoded: Pixels | undefined;
    const glue: Record<string, (...args: number[]) => number> = {
      /** Rust calls this as `new ImageData(bytes, width, height)`. It returns a handle of the object, which is not used here. */
      __wbg_newwithownedu8clampedarrayandsh: (address = 0, bytes = 0, width = 0, height = 0) => {
        decoded = { width, height, data: new Uint8ClampedArray(wasm.memory.buffer, address, bytes) };
        return 0;
      },
    };
    const imports: Record<string, WebAssembly.ImportValue> = {};
    for (const { name } of WebAssembly.Module.imports(module)) {
      // wasm-bindgen appends a hash to each name. The other imports belong to functions that this file does not call.
      imports[name] = glue[name.replace(/_[0-9a-f]{16}$/, '')] ?? unusedImport('PNG', name);
    }
    const wasm = instantiate(module, INITIAL, { wbg: imports }).exports as unknown as PngExports;
    const parts = fileParts(header);
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    const file = wasm.__wbindgen_malloc(size, 1) >>> 0;
    let at = file;
    for (const part of parts) {
      new Uint8Array(wasm.memory.buffer).set(part, at);
      at += part.length;
    }
    wasm.decode(file, size);
    return decoded;
  };
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A checksum that the decoder ignores. */
const CHECKSUM = new Uint8Array(4);

/** Returns the parts of a file that contains only what determines the pixels. */
function fileParts({ chunks, data }: PngHeader): Uint8Array[] {
  return [
    SIGNATURE,
    ...[...chunks].flatMap(([type, data]) => chunkParts(type, [data])),
    // The decoder requires the checksum after the compressed pixels. When the file has one, these bytes are ignored.
    ...chunkParts('IDAT', [...data, CHECKSUM]),
    ...chunkParts('IEND', []),
  ];
}

function chunkParts(type: string, data: Uint8Array[]): Uint8Array[] {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint32(
    0,
    data.reduce((sum, part) => sum + part.length, 0),
  );
  head.set(new TextEncoder().encode(type), 4);
  return [head, ...data, CHECKSUM];
}
