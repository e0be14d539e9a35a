/** @file The kernels of the PNG decoder, and the part of the decoders' memory that they use for one file. */
import { decoderMemory, type InitialMemory, instantiate, takeMemory } from '../memory.ts';
import type { Exports } from './build/png.ts';
import type { PngHeader } from './header.ts';
import { bytesOf, type Pass } from './passes.ts';

/** The kernels' own constants and variables are below `heapStart` (asconfig.json). */
const INITIAL: InitialMemory = { pages: 1, heapStart: 4096 };

export type Workspace = ReturnType<typeof openWorkspace>;

/** @param module compiled build/png.wasm */
export function openWorkspace(
  module: WebAssembly.Module,
  { width, height, isInterlaced, dataBytes }: PngHeader,
  passes: readonly Pass[],
) {
  const imports = { env: { memory: decoderMemory() } };
  const kernels = instantiate(module, INITIAL, imports).exports as unknown as Exports;
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const rows = sum(passes.map(bytesOf));
  const pixels = 4 * width * height;
  const sizes = {
    /**
     * The RGBA of the image, and at the end the rows of all passes, each after its filter type. They overlap unless the image is interlaced: the pixels
     * of a row end before it, and replace the rows that were read.
     */
    picture: isInterlaced ? pixels + rows : Math.max(4 * width + rows, pixels + rows / height),
    /** RGBA of the values of a sample, or the samples of the colour that is transparent. */
    colours: 2 ** 10,
    /** Scratch of `u8_inflate`. */
    tables: 2 ** 17,
    /** The data of the file's IDAT chunks. */
    compressed: dataBytes,
    /** A row of zeros: what is above the first row of a pass. */
    zeros: Math.max(...passes.map(({ rowBytes }) => rowBytes)),
  };
  const kept = new Uint8Array(decoderMemory().buffer, 0, INITIAL.heapStart);
  const { taken } = takeMemory(sum(Object.values(sizes)), kept);
  let at = taken.byteOffset;
  const planes = Object.entries(sizes).map(([name, bytes]) => {
    const plane = new Uint8Array(taken.buffer, at, bytes);
    at += bytes;
    return [name, plane];
  });
  const { picture, ...others } = Object.fromEntries(planes) as Record<
    keyof typeof sizes,
    Uint8Array<ArrayBuffer>
  >;
  return {
    kernels,
    planes: { ...others, pixels: picture.subarray(0, pixels), rows: picture.subarray(picture.length - rows) },
  };
}
