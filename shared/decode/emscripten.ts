/**
 * @file Codecs of decoders built by Emscripten, as jSquash ships them for WebP and AVIF.
 *
 * The packages' own `decode()` keeps a single instance, but an instance that has aborted cannot be used again. This file calls
 * the packages' factories instead, which create instances that can be discarded.
 */
import type { Codec } from './codec.ts';
import { ImageError } from './image-error.ts';
import type { Pixels } from './pixels.ts';

/** The used part of Emscripten's module object. */
interface Emscripten {
  decode(bytes: Uint8Array, ...options: number[]): Pixels | null;
}

type EmscriptenFactory = (options: {
  noInitialRun: boolean;
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ): WebAssembly.Exports;
  print(line: string): void;
  printErr(line: string): void;
}) => Promise<Emscripten>;

/**
 * Largest memory of an instance, in bytes. The size in a file's container can be smaller than the image that it contains, and when an
 * isolate runs out of memory, all of its requests fail.
 */
const MAX_MEMORY_BYTES = 84_000_000;

const PAGE_BYTES = 65_536;

/**
 * Creates an instance of a decoder.
 * @param factory the default export of the module's JavaScript
 * @param options further arguments of the module's `decode`
 */
export async function instantiateEmscripten(
  factory: unknown,
  module: WebAssembly.Module,
  ...options: number[]
): Promise<Codec<unknown>> {
  let memory: WebAssembly.Memory | undefined;
  let isExhausted = false;
  const instance = await withImageData(() =>
    (factory as EmscriptenFactory)({
      noInitialRun: true,
      instantiateWasm(imports, done) {
        const instance = new WebAssembly.Instance(module, imports);
        memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
        if (memory) {
          limitMemory(memory, (isGranted) => {
            isExhausted = !isGranted;
          });
        }
        done(instance);
        return instance.exports;
      },
      print() {},
      printErr() {},
    }),
  );
  return {
    decode(bytes) {
      isExhausted = false;
      let pixels: Pixels | null;
      try {
        pixels = withImageData(() => instance.decode(bytes, ...options));
      } catch (cause) {
        throw isExhausted ? exhausted() : cause;
      }
      // A decoder that failed to allocate memory can still return pixels, which it never wrote.
      if (isExhausted) throw exhausted();
      return pixels ? { width: pixels.width, height: pixels.height, data: pixels.data } : undefined;
    },
    returnsView: false,
    memoryBytes: () => memory?.buffer.byteLength ?? 0,
  };
}

/**
 * Limits a memory to MAX_MEMORY_BYTES. Emscripten first requests a little more than it needs, then less: only the last request
 * counts.
 * @param onGrow is called with whether a request was granted
 */
function limitMemory(memory: WebAssembly.Memory, onGrow: (isGranted: boolean) => void): void {
  const grow = memory.grow.bind(memory);
  memory.grow = (pages) => {
    const isGranted = memory.buffer.byteLength + pages * PAGE_BYTES <= MAX_MEMORY_BYTES;
    onGrow(isGranted);
    if (!isGranted) throw new RangeError(`the decoder needs more than ${MAX_MEMORY_BYTES} bytes of memory`);
    return grow(pages);
  };
}

function exhausted(): ImageError {
  return new ImageError('too-large', {
    what: 'decoding the image needs too much memory',
    expected: `at most ${MAX_MEMORY_BYTES} bytes`,
    got: 'more',
    next: 'Scale the image down, or convert it to JPEG.',
  });
}

/**
 * Runs `body` while a global `ImageData` exists, since the modules construct their result with it. Node and workerd have none,
 * and the packages' own polyfill would stay. `body` is synchronous, so no other code sees the temporary global.
 */
function withImageData<T>(body: () => T): T {
  const scope = globalThis as { ImageData?: unknown };
  if (scope.ImageData) return body();
  scope.ImageData = class {
    data: Uint8ClampedArray;
    width: number;
    height: number;
    constructor(data: Uint8ClampedArray, width: number, height: number) {
      this.data = data;
      this.width = width;
      this.height = height;
    }
  };
  try {
    return body();
  } finally {
    delete scope.ImageData;
  }
}
