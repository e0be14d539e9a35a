/**
 * @file One instance of a decoder that Emscripten has built, as jSquash ships them for WebP and AVIF.
 *
 * The packages' `decode()` holds a single instance for ever, and a decoder that has aborted is broken for good; their factories
 * give an instance that its owner can throw away.
 */
import type { Codec } from './codec.ts';
import { ImageError } from './image-error.ts';
import type { Pixels } from './pixels.ts';

/** The part of Emscripten's module object that is used here. */
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
 * Most memory of an instance, in bytes. What a file's container says of its size is not always what the pixels in it need, and an
 * isolate that runs out of memory is gone with all its requests.
 */
const MAX_MEMORY_BYTES = 84_000_000;

const PAGE_BYTES = 65_536;

/** @param options further arguments of the module's `decode` */
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
      // A decoder that got no memory may hand out pixels that it never wrote.
      if (isExhausted) throw exhausted();
      return pixels ? { width: pixels.width, height: pixels.height, data: pixels.data } : undefined;
    },
    lendsPixels: false,
    memoryBytes: () => memory?.buffer.byteLength ?? 0,
  };
}

/** @param onGrow learns whether the memory could be grown; Emscripten asks for a little more than it needs, then for less */
function limitMemory(memory: WebAssembly.Memory, onGrow: (isGranted: boolean) => void): void {
  const grow = memory.grow.bind(memory);
  memory.grow = (pages) => {
    const isGranted = memory.buffer.byteLength + pages * PAGE_BYTES <= MAX_MEMORY_BYTES;
    onGrow(isGranted);
    if (!isGranted) throw new RangeError('the decoder asks for more memory than it may have');
    return grow(pages);
  };
}

function exhausted(): ImageError {
  return new ImageError('too-large', {
    what: 'decoding the image takes too much memory',
    expected: `at most ${MAX_MEMORY_BYTES} bytes`,
    got: 'more',
    next: 'Scale the image down, or convert it to JPEG.',
  });
}

/**
 * Runs `body` while a global `ImageData` exists. The modules build their result with it, and where there is none (Node, workerd)
 * the packages would leave one behind for good. Safe because `body` is synchronous.
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
