/** @file The kernels of the PNG decoder, and the part of the decoders' memory that they use for one file. */
import { decoderMemory, type InitialMemory, instantiate, takeMemory } from '../memory.ts';
import type { Pace } from '../pace.ts';
import type { Exports } from './build/png.ts';
import type { PngHeader } from './header.ts';
import { bytesOf, FILTER_BYTES, type Pass } from './passes.ts';

/** The kernels' own constants and variables are below `heapStart` (asconfig.json). */
const INITIAL: InitialMemory = { pages: 1, heapStart: 4096 };

/** Part of the work that `u8_inflate` does. */
export const INFLATE_SHARE = 0.5;
/** Inflated bytes between two of its pauses (assembly/inflate.ts). */
const PAUSE_BYTES = 2 ** 18;

export type Workspace = ReturnType<typeof openWorkspace>;

/** @param module compiled build/png.wasm */
export function openWorkspace(
  module: WebAssembly.Module,
  { width, height, isInterlaced, dataBytes }: PngHeader,
  passes: readonly Pass[],
  pace: Pace,
) {
  const imports = { env: { memory: decoderMemory() } };
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const rows = sum(passes.map(bytesOf));
  const share = (INFLATE_SHARE * PAUSE_BYTES) / rows;
  const kernels = instantiate(module, INITIAL, imports, pace, share).exports as unknown as Exports;
  const pixels = 4 * width * height;
  const sizes = {
    /**
     * At the end the rows of all passes, each after its filter type. At the beginning the RGBA of their pixels in the same order, which replaces the
     * rows that were read. The pixels of an interlaced image are then put in their places behind it.
     */
    picture: Math.max(overlappedBytes(passes), isInterlaced ? 2 * pixels : 0),
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
    planes: {
      ...others,
      rgba: picture.subarray(0, pixels),
      placed: picture.subarray(pixels, 2 * pixels),
      rows: picture.subarray(picture.length - rows),
    },
  };
}

/** Returns the bytes in which the RGBA of each row ends before the row itself, when the RGBA is at the beginning and all rows are at the end. */
function overlappedBytes(passes: readonly Pass[]): number {
  let [rgba, rows, before] = [0, 0, Number.NEGATIVE_INFINITY];
  for (const pass of passes) {
    const [rgbaBytes, rowBytes] = [4 * pass.columns, FILTER_BYTES + pass.rowBytes];
    // The distance of the ends is linear in the row, so that it is largest in the first or the last one.
    for (const y of [0, pass.height - 1])
      before = Math.max(before, rgba + (y + 1) * rgbaBytes - (rows + y * rowBytes));
    rgba += pass.height * rgbaBytes;
    rows += pass.height * rowBytes;
  }
  return before + rows;
}
