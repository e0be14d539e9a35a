/**
 * @file Codecs of decoders built by Emscripten, as jSquash ships them for WebP and AVIF.
 *
 * The packages' own `decode()` keeps a single instance, but an instance that has aborted cannot be used again. This file calls
 * the packages' factories instead, once for each file.
 */
import { decoderMemory, exhausted, type InitialMemory, instantiate } from './memory.ts';
import type { Pixels } from './pixels.ts';

/** The options of Emscripten's module object. The factory adds the decoder's functions to the same object. */
interface Emscripten {
  noInitialRun: boolean;
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ): WebAssembly.Exports;
  print(line: string): void;
  printErr(line: string): void;
  decode?(bytes: Uint8Array, ...options: number[]): unknown;
}

/**
 * Creates the codec of a decoder.
 * @param factory the default export of the module's JavaScript
 * @param options further arguments of the module's `decode`
 */
export function emscriptenCodec(
  factory: unknown,
  module: WebAssembly.Module,
  initial: InitialMemory,
  ...options: number[]
): (bytes: Uint8Array) => Pixels | undefined {
  return (bytes) => {
    const growth = watchGrowth();
    try {
      const pixels = interceptPixels(() => open(factory, module, initial).decode?.(bytes, ...options));
      // A decoder that failed to allocate memory can still return pixels, which it never wrote.
      if (growth.hasFailed) throw exhausted();
      return pixels;
    } catch (cause) {
      throw growth.hasFailed ? exhausted() : cause;
    } finally {
      growth.end();
    }
  };
}

/** Creates an instance. The factory returns a promise, but with a synchronous `instantiateWasm` the object is ready at once. */
function open(factory: unknown, module: WebAssembly.Module, initial: InitialMemory): Emscripten {
  const emscripten: Emscripten = {
    noInitialRun: true,
    instantiateWasm(imports, done) {
      const instance = instantiate(module, initial, imports);
      done(instance);
      return instance.exports;
    },
    print() {},
    printErr() {},
  };
  (factory as (options: Emscripten) => unknown)(emscripten);
  return emscripten;
}

/**
 * Observes the growth of the memory until `end` is called. Emscripten first requests a little more than it needs, then less: only
 * the last request counts.
 */
function watchGrowth() {
  const memory = decoderMemory();
  const growth = {
    hasFailed: false,
    end: () => Reflect.deleteProperty(memory, 'grow'),
  };
  memory.grow = (pages) => {
    growth.hasFailed = true;
    const before = WebAssembly.Memory.prototype.grow.call(memory, pages);
    growth.hasFailed = false;
    return before;
  };
  return growth;
}

/**
 * Runs `decode` and returns the pixels that it would return, without its copy of them.
 *
 * The decoders end with `new ImageData(new Uint8ClampedArray(view), width, height)`, where `view` is a part of their memory, and then
 * free that memory. Here the copy is the view itself, and `ImageData` throws, which ends the decoder before it frees the pixels.
 * `decode` is synchronous, so no other code sees the temporary globals.
 */
function interceptPixels(decode: () => unknown): Pixels | undefined {
  let pixels: Pixels | undefined;
  const stop = new Error('the image is decoded');
  const restore = [
    replaceGlobal('Uint8ClampedArray', function useView(view: Uint8Array) {
      return view;
    }),
    replaceGlobal('ImageData', function stopDecoder(data: Uint8Array, width: number, height: number) {
      pixels = { width, height, data };
      throw stop;
    }),
  ];
  try {
    decode();
  } catch (thrown) {
    if (thrown !== stop) throw thrown;
  } finally {
    for (const undo of restore) undo();
  }
  return pixels;
}

/** Replaces a global value and returns a function that restores it. */
function replaceGlobal(name: 'ImageData' | 'Uint8ClampedArray', value: unknown): () => void {
  const original = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true });
  return () => {
    if (original) Object.defineProperty(globalThis, name, original);
    else Reflect.deleteProperty(globalThis, name);
  };
}
