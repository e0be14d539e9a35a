/**
 * @file Finds the parts of a JPEG that the kernels decode (ITU-T T.81, annex B). jpeg/header.ts describes segments and the frame header.
 *
 * - DHT: any number of tables, each with class (4 bits), number (4 bits), counts of the codes of 1 to 16 bits, symbols.
 * - DQT: any number of tables, each with precision (4 bits; 0 for 8 bits), number (4 bits), 64 elements.
 * - DRI: MCUs from one restart marker to the next (2).
 * - Scan header SOS: number of components (1). For each component: name (1), number of its DC table (4 bits), of its AC table (4 bits).
 *   Then first coefficient (1), last one (1), lowest bit before (4 bits) and after the scan (4 bits).
 */
import { hasTextAt, viewOf } from '../../bytes.ts';
import { endOfScan } from '../header.ts';
import { isComplete, type Member, type Scan } from './scans.ts';

/** A JPEG of 8 bits with Huffman codes that the kernels decode: grey or YCbCr. */
export interface Picture {
  /** A baseline image has one scan, of all components. A progressive one has several. */
  isProgressive: boolean;
  /** Offsets of the elements of each component's quantization table. */
  quantization: number[];
  /** Blocks of the first component in an MCU, across and down: 1 or 2. Each other component has one block. */
  across: number;
  down: number;
  scans: Scan[];
}

/** Offsets of tables by their number. An AC table is at 16 plus its number. */
interface Tables {
  huffman: (number | undefined)[];
  quantization: (number | undefined)[];
}

interface Frame extends Pick<Picture, 'isProgressive' | 'across' | 'down'> {
  names: number[];
  /** Numbers of the quantization tables. */
  tables: number[];
}

const SOF0 = 0xffc0;
const SOF2 = 0xffc2;
const DHT = 0xffc4;
const SOI = 0xffd8;
const SOS = 0xffda;
const DQT = 0xffdb;
const DRI = 0xffdd;
const APP0 = 0xffe0;
const APP14 = 0xffee;
const APP15 = 0xffef;
const COM = 0xfffe;

/**
 * Returns undefined for other JPEGs, for files with anything unusual outside of the entropy-coded data, and for progressive ones without all
 * bits of all coefficients, which libjpeg-turbo smoothes.
 * @param file up to the end of its last scan
 */
export function findPicture(file: Uint8Array): Picture | undefined {
  const view = viewOf(file);
  if (view.getUint16(0) !== SOI) return;
  const tables: Tables = { huffman: [], quantization: [] };
  const scans: Scan[] = [];
  const quantization: number[] = [];
  let frame: Frame | undefined;
  let restartInterval = 0;
  for (let at = 2; at + 4 <= file.length; ) {
    const marker = view.getUint16(at);
    const start = at + 4;
    let end = at + 2 + view.getUint16(at + 2);
    if (end < start || end > file.length) return;
    const content = file.subarray(start, end);
    if (marker === SOS) {
      const scan = frame && scanOf(frame, content, tables.huffman);
      if (!frame || !scan) return;
      for (const { index } of scan.members) {
        const elements = tables.quantization[frame.tables[index] as number];
        if (elements === undefined) return;
        // The table counts that precedes the first scan of a component.
        quantization[index] ??= elements;
      }
      const data = end;
      end = frame.isProgressive ? endOfScan(file, data) : file.length;
      scans.push({ ...scan, restartInterval, data, end });
    } else if (marker === DHT || marker === DQT) {
      const isFound = marker === DHT ? findHuffmanTables : findQuantizationTables;
      if (!isFound(file, start, end, tables)) return;
    } else if (marker === DRI) {
      if (content.length !== 2) return;
      restartInterval = view.getUint16(start);
    } else if (marker >= SOF0 && marker <= SOF2) {
      if (frame) return;
      frame = frameOf(content, marker === SOF2);
      if (!frame) return;
    } else if (marker !== COM && (marker < APP0 || marker > APP15)) return;
    // Its transform: 1 is YCbCr.
    if (marker === APP14 && hasTextAt(file, start, 'Adobe') && content[11] !== 1) return;
    at = end;
  }
  if (!frame || scans.length === 0 || (frame.isProgressive && !isComplete(scans, frame.names.length))) return;
  const { isProgressive, across, down } = frame;
  return { isProgressive, quantization, across, down, scans };
}

/** Adds the offsets of the tables in a DHT segment. Returns false if it is not valid. */
function findHuffmanTables(file: Uint8Array, start: number, end: number, { huffman }: Tables): boolean {
  let at = start;
  while (at < end) {
    const id = file[at] as number;
    const symbols = file.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
    if ((id & ~0x13) !== 0 || symbols > 256) return false;
    huffman[id] = at + 1;
    at += 17 + symbols;
  }
  return at === end;
}

/** Adds the offsets of the tables in a DQT segment. Returns false if it is not valid, or if an element has 16 bits. */
function findQuantizationTables(
  file: Uint8Array,
  start: number,
  end: number,
  { quantization }: Tables,
): boolean {
  let at = start;
  while (at < end) {
    const id = file[at] as number;
    if (id > 3) return false;
    quantization[id] = at + 1;
    at += 65;
  }
  return at === end;
}

/** Sampling factors (4 bits each) that the first component can have. */
const SAMPLING = [0x11, 0x12, 0x21, 0x22];

/** Names of components that are colours without a transform: R, G, B. */
const RGB = '82,71,66';

/** @param content of SOF0, SOF1 or SOF2 */
function frameOf(content: Uint8Array, isProgressive: boolean): Frame | undefined {
  const count = content[5] as number;
  if (content[0] !== 8 || (count !== 1 && count !== 3) || content.length !== 6 + 3 * count) return;
  const fields = (offset: number) =>
    Array.from({ length: count }, (_, i) => content[offset + 3 * i] as number);
  const [names, [sampling = 0, ...others], tables] = [fields(6), fields(7), fields(8)];
  if (new Set(names).size < count || String(names) === RGB) return;
  if (!SAMPLING.includes(sampling) || others.some((factors) => factors !== 0x11)) return;
  // The MCUs of a grey image have one block, whatever its sampling factors are (A.2.2).
  const [across, down] = count === 1 ? [1, 1] : [sampling >> 4, sampling & 15];
  return { isProgressive, across, down, names, tables };
}

/** @param content of SOS */
function scanOf({ isProgressive, names }: Frame, content: Uint8Array, huffman: Tables['huffman']) {
  const count = content[0] as number;
  if (content.length !== 4 + 2 * count) return;
  const [first = 0, last = 0, bits = 0] = content.subarray(-3);
  const [high, low] = [bits >> 4, bits & 15];
  const members: Member[] = [];
  for (let i = 1; i < 2 * count; i += 2) {
    const index = names.indexOf(content[i] as number);
    const numbers = content[i + 1] as number;
    const [dc, ac] = [huffman[numbers >> 4], huffman[16 + (numbers & 15)]];
    if (index < 0 || index <= (members.at(-1)?.index ?? -1)) return;
    const [needsDc, needsAc] = isProgressive ? [first === 0 && high === 0, first > 0] : [true, true];
    if ((needsDc && dc === undefined) || (needsAc && ac === undefined)) return;
    members.push({ index, dc: needsDc ? dc : undefined, ac: needsAc ? ac : undefined });
  }
  if (!isProgressive && (count < names.length || first > 0 || last < 63 || bits > 0)) return;
  return { members, first, last, high, low };
}
