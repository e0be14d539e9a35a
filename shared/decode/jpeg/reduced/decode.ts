/** @file Decodes JPEGs at 1/8 to 4/8 of their size, in the decoders' memory. assembly/reduced.ts is the kernel. */
import { decoderMemory, growTo, instantiate } from '../../memory.ts';
import type { Pace } from '../../pace.ts';
import type { Pixels, Size } from '../../pixels.ts';
import type * as compiled from './build/reduced.ts';
import { findPicture, type Picture } from './picture.ts';
import { neededScans, type Scan } from './scans.ts';

// `satisfies` compares names and order with the compiled structure.
const [SCAN_FIELDS] = [
  [
    ...['data', 'samples', 'stride', 'pixels', 'width', 'height', 'scale'],
    ...['components', 'across', 'down', 'restartInterval'],
    ...['members', 'first', 'last', 'high', 'low'],
    ...['lumaDc', 'lumaAc', 'lumaQuantization', 'cbDc', 'cbAc', 'cbQuantization'],
    ...['crDc', 'crAc', 'crQuantization'],
  ],
] as const satisfies compiled.Scan;

/** Bytes before the data into which the kernel moves it (assembly/bits.ts). */
const GAP = 16;

/** Bytes that the kernel can read after damaged data: an MCU has at most six blocks of 209 bytes, a band at most 245, and vectors follow. */
const OVERRUN = 2048;

const MAX_COMPONENTS = 3;
/** Rows of samples of a component in a row of MCUs (assembly/component.ts). */
const MCU_ROWS = 8;
/** Samples that an MCU can have beyond the width, and those after them that the kernel overwrites. */
const OVERHANG = 16;

/** Bytes of the elements of a quantization table, and of the largest Huffman table. */
const ELEMENTS = 64;
const TABLE_BYTES = 16 + 256;

/** Addresses of the Huffman tables and the quantization table of a component. Those that a scan does not need are not valid. */
interface ComponentTables {
  dc: number;
  ac: number;
  at: number;
}

/** Part of the estimated work that the kernel does. The rest is for files that libjpeg-turbo then decodes. */
const KERNEL_SHARE = 0.3;

/** Ends the data for the kernel. */
const END_MARKER = Uint8Array.of(0xff, 0xd9);

/**
 * Decodes a file to the pixels of libjpeg-turbo. Of a progressive one, skips the scans that the pixels do not depend on.
 * @param module build/reduced.wasm
 * @param file up to the end of its last scan
 * @param size the image's size times `eighths` / 8, rounded up
 * @param eighths 1 to 4
 * @returns undefined for a file that the kernel does not decode, or that is damaged
 */
export async function decodeReduced(
  module: WebAssembly.Module,
  file: Uint8Array,
  { width, height }: Size,
  eighths: number,
  pace: Pace,
): Promise<Pixels | undefined> {
  const picture = findPicture(file);
  if (!picture) return;
  const { across, down, quantization, isProgressive } = picture;
  // libjpeg-turbo interpolates chroma that is halved along one edge, but repeats it at 1/8.
  if (eighths > 1 && across !== down) return;
  const scans = isProgressive ? neededScans(picture.scans, sizesOf(picture, eighths)) : picture.scans;
  const memory = decoderMemory();
  const initial = { pages: 1, heapStart: 0 };
  const rows = Math.ceil(height / (down * eighths)) * (isProgressive ? scans.length + 1 : 1);
  const { exports } = instantiate(module, initial, { env: { memory } }, pace, KERNEL_SHARE / rows);
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
  const elements = quantization.map((from) => ({ from, at: take(ELEMENTS) }));
  const tables = take(2 * MAX_COMPONENTS * TABLE_BYTES);
  const longest = scans.reduce((bytes, scan) => Math.max(bytes, scan.end - scan.data), 0);
  const data = take(GAP + longest + END_MARKER.length + OVERRUN) + GAP;
  growTo(end);

  const copy = (at: number, from: number, to: number) =>
    new Uint8Array(memory.buffer).set(file.subarray(from, to), at);
  for (const { from, at } of elements) copy(at, from, from + ELEMENTS);
  const image = {
    ...{ samples, stride, pixels, width, height, scale: eighths },
    ...{ components: elements.length, across, down },
  };
  /** Copies the data and the tables of a scan into the memory. */
  const load = (scan: Scan): void => {
    copy(data, scan.data, scan.end);
    new Uint8Array(memory.buffer).set(END_MARKER, data + scan.end - scan.data);
    // Components often have the same tables, and the kernel finds that by their addresses.
    const offsets = [...new Set(scan.members.flatMap(({ dc, ac }) => [dc ?? [], ac ?? []].flat()))];
    for (const [i, from] of offsets.entries()) copy(tables + i * TABLE_BYTES, from, from + TABLE_BYTES);
    const addressOf = (offset = 0) => tables + offsets.indexOf(offset) * TABLE_BYTES;
    const [luma, cb = luma, cr = cb] = elements.map(({ at }, component) => {
      const member = scan.members.find(({ index }) => index === component);
      return { dc: addressOf(member?.dc), ac: addressOf(member?.ac), at };
    }) as [ComponentTables];
    const values = {
      ...{
        ...image,
        ...scan,
        members: scan.members.reduce((bits, { index }) => bits | (1 << index), 0),
        data,
      },
      ...{ lumaDc: luma.dc, lumaAc: luma.ac, lumaQuantization: luma.at },
      ...{ cbDc: cb.dc, cbAc: cb.ac, cbQuantization: cb.at },
      ...{ crDc: cr.dc, crAc: cr.ac, crQuantization: cr.at },
    };
    new Int32Array(memory.buffer, fields, SCAN_FIELDS.length).set(SCAN_FIELDS.map((field) => values[field]));
  };
  const decodeAll = async (): Promise<boolean> => {
    for (const [i, scan] of scans.entries()) {
      load(scan);
      if (!isProgressive) return pace.run(kernel.decode, fields);
      if (i === 0 && !kernel.begin(fields, end)) return false;
      if (!(await pace.run(kernel.decodeBand, fields))) return false;
    }
    return pace.run(kernel.finish, fields);
  };
  if (!(await decodeAll())) return;
  return { width, height, data: new Uint8ClampedArray(memory.buffer, pixels, 4 * width * height) };
}

/** Returns the samples along an edge that a block of each component becomes (assembly/reduced.ts). */
function sizesOf({ quantization, across, down }: Picture, eighths: number): number[] {
  const chroma = across * down === 4 ? 2 * eighths : eighths;
  return quantization.map((_, i) => (i === 0 ? eighths : chroma));
}
