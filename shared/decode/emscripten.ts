/**
 * @file Codecs of decoders built by Emscripten, as jSquash ships them for WebP and AVIF.
 *
 * Their function `decode` is written in C++ and bound to JavaScript by Embind. It ends with
 * `new ImageData(new Uint8ClampedArray(view), width, height)`, where `view` is a part of its memory, and then frees that part. The
 * packages' own JavaScript, 35 kB each, copies the pixels, and cannot wait. This file imports only what decoding one file needs, and ends
 * `decode` when it constructs the `ImageData`.
 */
import { decoderMemory, exhausted, growTo, type InitialMemory, instantiate } from './memory.ts';
import type { Pace } from './pace.ts';
import type { Pixels } from './pixels.ts';

/** A function of the module. Its arguments and its result are 32 bits each. */
type Exported = (...values: number[]) => number;

/** The used exports of the modules, by the names in the packages' JavaScript. The last three are AVIF's. */
interface Exports {
  ___wasm_call_ctors: Exported;
  _malloc: Exported;
  wasmTable: WebAssembly.Table;
  _setThrew: Exported;
  _emscripten_stack_get_current: Exported;
  __emscripten_stack_restore: Exported;
}

/** Thrown through the module to end `decode`. */
const DECODED = Symbol('the image is decoded');
/** Thrown by `longjmp`. */
const LONGJMP = Symbol('longjmp');

/**
 * Creates the codec of a decoder.
 * @param options further arguments of the module's `decode`
 * @returns a codec, whose `share` is the part of the work on the file that is done between two calls of `pause`, and whose `imports` are
 * further ones of `decoder`
 */
export function emscriptenCodec(module: WebAssembly.Module, initial: InitialMemory, ...options: number[]) {
  return async (
    bytes: Uint8Array,
    pace: Pace,
    share: number,
    imports: WebAssembly.ModuleImports = {},
  ): Promise<Pixels | undefined> => {
    const decoding = startDecoding(module, initial, pace, share, imports);
    try {
      await decoding.decode(bytes, options);
    } catch (thrown) {
      if (thrown !== DECODED) throw decoding.isExhausted ? exhausted(thrown) : thrown;
    }
    // A decoder that failed to allocate memory can still return pixels, which it never wrote.
    if (decoding.isExhausted) throw exhausted();
    return decoding.pixels;
  };
}

/** Returns the text at an address, which ends with 0. */
function textAt(address: number): string {
  const bytes = new Uint8Array(decoderMemory().buffer, address >>> 0);
  return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
}

/** Creates an instance for one file. */
function startDecoding(
  module: WebAssembly.Module,
  initial: InitialMemory,
  pace: Pace,
  share: number,
  decoder: WebAssembly.ModuleImports,
) {
  /** The address of the data that is to be pixels. */
  let data: { start: number; bytes: number } | undefined;
  /** C++'s `decode`, and the function that calls it with a std::string that Embind has written. Both are indices in the table. */
  let binding: { decode: number; invoker: number } | undefined;
  const decoding = {
    isExhausted: false,
    pixels: undefined as Pixels | undefined,
    async decode(bytes: Uint8Array, options: number[]): Promise<void> {
      exports.___wasm_call_ctors();
      const text = exports._malloc(4 + bytes.length + 1) >>> 0;
      if (text === 0) throw exhausted();
      const { buffer } = decoderMemory();
      new DataView(buffer).setUint32(text, bytes.length, true);
      new Uint8Array(buffer).set(bytes, text + 4);
      const { decode, invoker } = binding as NonNullable<typeof binding>;
      await pace.run(exports.wasmTable.get(invoker) as Exported, decode, text, ...options);
    },
  };

  /** Constructs an object. A view, like any argument, takes 8 bytes or a multiple of them: its length and its address. */
  const construct = (at: number): number => {
    const value = (i: number) => new DataView(decoderMemory().buffer).getUint32((at >>> 0) + 4 * i, true);
    if (data) {
      const pixels = new Uint8ClampedArray(decoderMemory().buffer, data.start, data.bytes);
      decoding.pixels = { width: value(2), height: value(4), data: pixels };
      throw DECODED;
    }
    data = { bytes: value(0), start: value(1) };
    return 0;
  };
  const abort = () => {
    throw new Error('the decoder has aborted');
  };
  /** Calls a function that `longjmp` may end. */
  const invoke = (index: number, ...values: number[]): Promise<number> | number => {
    const stack = exports._emscripten_stack_get_current();
    const caught = (thrown: unknown): number => {
      exports.__emscripten_stack_restore(stack);
      if (thrown !== LONGJMP) throw thrown;
      exports._setThrew(1, 0);
      return 0;
    };
    try {
      const result = pace.run(exports.wasmTable.get(index) as Exported, ...values);
      return result instanceof Promise ? result.catch(caught) : result;
    } catch (thrown) {
      return caught(thrown);
    }
  };
  const functions: Record<string, (...values: never[]) => unknown> = {
    _abort: abort,
    ___cxa_throw: abort,
    __emscripten_throw_longjmp() {
      throw LONGJMP;
    },
    _emscripten_resize_heap(bytes: number) {
      try {
        growTo(bytes >>> 0);
        return 1;
      } catch {
        decoding.isExhausted = true;
        return 0;
      }
    },
    _emscripten_memcpy_big(to: number, from: number, bytes: number) {
      const end = (from >>> 0) + (bytes >>> 0);
      new Uint8Array(decoderMemory().buffer).copyWithin(to >>> 0, from >>> 0, end);
    },
    __embind_register_function(
      ...[name, , , , invoker, decode]: [number, number, number, number, number, number]
    ) {
      if (textAt(name) === 'decode') binding = { decode, invoker };
    },
    __emval_new: (_type: number, _count: number, _types: number, values: number) => construct(values),
    __emval_call: (_caller: number, _type: number, _destructors: number, values: number) => construct(values),
  };
  const imports: WebAssembly.ModuleImports = {};
  for (const { kind, name } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') continue;
    if (name.startsWith('invoke_')) imports[name] = pace.importing(invoke);
    // Types and references of JavaScript's objects are not needed.
    else imports[name] = functions[name] ?? (() => 0);
  }
  const exports = instantiate(module, initial, { a: imports, decoder }, pace, share)
    .exports as unknown as Exports;
  return decoding;
}
