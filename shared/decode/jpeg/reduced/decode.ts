/** @file Decodes baseline JPEGs at 1/8 to 4/8 of their size, in the decoders' memory. assembly/reduced.ts is the kernel. */
import { decoderMemory, growTo, instantiate } from '../../memory.ts';
import type { Pixels, Size } from '../../pixels.ts';
import { type Baseline, type BaselineComponent, findBaseline } from './baseline.ts';
import type * as compiled from './build/reduced.ts';

// `satisfies` compares names and order with the compiled structure.
const [SCAN_FIELDS] = [
  [
    ...['data', 'samples', 'stride', 'pixels', 'width', 'height', 'scale'],
    ...['components', 'across', 'down', 'restartInterval'],
    ...['lumaDc', 'lumaAc', 'lumaQuantization', 'cbDc', 'cbAc', 'cbQuantization'],
    ...['crDc', 'crAc', 'crQuantization'],
  ],
] as const satisfies compiled.Scan;

/** Bytes before the data into which the kernel moves it (assembly/entropy.ts). */
const GAP = 16;

/** Bytes that the kernel can read after damaged data: an MCU has at most six blocks of 209 bytes, and vectors follow. */
const OVERRUN = 2048;

const MAX_COMPONENTS = 3;
/** Rows of samples of a component in a row of MCUs (assembly/component.ts). */
const MCU_ROWS = 8;
/** Samples that an MCU can have beyond the width, and those after them that the kernel overwrites. */
const OVERHANG = 16;

/** Ends the data for the kernel. */
const END_MARKER = Uint8Array.of(0xff, 0xd9);

/**
 * Decodes a file to the pixels of libjpeg-turbo.
 * @param module build/reduced.wasm
 * @param file up to the end of its last scan
 * @param size the image's size times `eighths` / 8, rounded up
 * @param eighths 1 to 4
 * @returns undefined for a file that the kernel does not decode, or that is damaged
 */
export function decodeReduced(
  module: WebAssembly.Module,
  file: Uint8Array,
  { width, height }: Size,
  eighths: number,
): Pixels | undefined {
  const baseline = findBaseline(file);
  if (!baseline) return;
  // libjpeg-turbo interpolates chroma that is halved along one edge, but repeats it at 1/8.
  if (eighths > 1 && baseline.across !== baseline.down) return;
  const memory = decoderMemory();
  const { exports } = instantiate(module, { pages: 1, heapStart: 0 }, { env: { memory } });
  const kernel = exports as unknown as compiled.Exports;

  let end = kernel.memoryEnd();
  const take = (bytes: number): number => {
    const address = end;
    end += (bytes + 15) & ~15;
    return address;
  };
  const fields = take(4 * SCAN_FIELDS.length);
  const stride = width + OVERHANG;
  const samples = take(MAX_COMPONENTS * MCU_ROWS * stride);
  const pixels = take(4 * width * height + 16);
  const head = take(baseline.data);
  const encoded = file.subarray(baseline.data);
  const data = take(GAP + encoded.length + END_MARKER.length + OVERRUN) + GAP;
  growTo(end);

  const bytes = new Uint8Array(memory.buffer);
  bytes.set(file.subarray(0, baseline.data), head);
  bytes.set(encoded, data);
  bytes.set(END_MARKER, data + encoded.length);
  const scan = { data, samples, stride, pixels, width, height, scale: eighths, ...scanOf(baseline, head) };
  new Int32Array(memory.buffer, fields, SCAN_FIELDS.length).set(SCAN_FIELDS.map((field) => scan[field]));
  if (!kernel.decode(fields)) return;
  return { width, height, data: new Uint8ClampedArray(memory.buffer, pixels, 4 * width * height) };
}

/** Returns the other fields for a file whose beginning is at the address `head`. */
function scanOf({ components, across, down, restartInterval }: Baseline, head: number) {
  const [luma, cb = luma, cr = cb] = components as [BaselineComponent];
  return {
    ...{ components: components.length, across, down, restartInterval },
    ...{ lumaDc: head + luma.dc, lumaAc: head + luma.ac, lumaQuantization: head + luma.quantization },
    ...{ cbDc: head + cb.dc, cbAc: head + cb.ac, cbQuantization: head + cb.quantization },
    ...{ crDc: head + cr.dc, crAc: head + cr.ac, crQuantization: head + cr.quantization },
  };
}
