/**
 * @file One instance of @jsquash/jpeg's WebAssembly decoder (MozJPEG).
 *
 * The package's `decode()` holds a single instance for ever, and a decoder that has aborted is broken for good; its factory
 * gives an instance that its owner can throw away.
 */
import mozjpeg from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import type { Codec } from './codec.ts';
import type { Pixels } from './pixels.ts';

/** The part of Emscripten's module object that is used here. */
interface MozJpeg {
  /** The second argument asks for the EXIF orientation to be applied. */
  decode(bytes: Uint8Array, orient: boolean): Pixels | null;
  HEAPU8: Uint8Array;
}

type MozJpegFactory = (options: {
  noInitialRun: boolean;
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ): WebAssembly.Exports;
  printErr(line: string): void;
}) => Promise<MozJpeg>;

export async function instantiateJpeg(module: WebAssembly.Module): Promise<Codec> {
  let warnings: string[] = [];
  const instance = await withImageData(() =>
    (mozjpeg as MozJpegFactory)({
      noInitialRun: true,
      instantiateWasm(imports, done) {
        const instance = new WebAssembly.Instance(module, imports);
        done(instance);
        return instance.exports;
      },
      printErr: (line) => warnings.push(line),
    }),
  );
  return {
    decode(bytes) {
      warnings = [];
      const pixels = withImageData(() => instance.decode(bytes, true));
      if (!pixels) throw new Error('the JPEG decoder returned no pixels');
      // libjpeg fills what is missing with grey and only warns: "Premature end of JPEG file". Half a picture is no picture.
      const cut = warnings.find((line) => /premature end/i.test(line));
      if (cut) throw new Error(cut);
      return { width: pixels.width, height: pixels.height, data: pixels.data };
    },
    memoryBytes: () => instance.HEAPU8.byteLength,
  };
}

/**
 * Runs `body` while a global `ImageData` exists. MozJPEG's binding builds its result with it, and where there is none
 * (Node, workerd) the package would leave one behind for good. Safe because `body` is synchronous.
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
