/**
 * @file Finds the parts of a baseline JPEG (ITU-T T.81, annex B). jpeg/header.ts describes segments and the frame header.
 *
 * - DHT: any number of tables, each with class (4 bits), number (4 bits), counts of the codes of 1 to 16 bits, symbols.
 * - DQT: any number of tables, each with precision (4 bits; 0 for 8 bits), number (4 bits), 64 elements.
 * - DRI: MCUs from one restart marker to the next (2).
 * - Scan header SOS: number of components (1). For each component: name (1), number of its DC table (4 bits), of its AC table (4 bits).
 *   Then 0, 63, 0.
 */
import { hasTextAt, viewOf } from '../../bytes.ts';

/** A JPEG of 8 bits with Huffman codes whose only scan has all components: grey or YCbCr. */
export interface Baseline {
  components: BaselineComponent[];
  /** Blocks of the first component in an MCU, across and down: 1 or 2. Each other component has one block. */
  across: number;
  down: number;
  /** MCUs from one restart marker to the next; 0 for none. */
  restartInterval: number;
  /** Offset of the entropy-coded data in the file. */
  data: number;
}

/** Offsets in the file: of the counts of the Huffman tables, and of the elements of the quantization table. */
export interface BaselineComponent {
  dc: number;
  ac: number;
  quantization: number;
}

/** Offsets of tables by their number. An AC table is at 16 plus its number. */
interface Tables {
  huffman: (number | undefined)[];
  quantization: (number | undefined)[];
}

const SOF0 = 0xffc0;
const SOF1 = 0xffc1;
const DHT = 0xffc4;
const SOI = 0xffd8;
const SOS = 0xffda;
const DQT = 0xffdb;
const DRI = 0xffdd;
const APP0 = 0xffe0;
const APP14 = 0xffee;
const APP15 = 0xffef;
const COM = 0xfffe;

/** Returns undefined for other JPEGs, and for files with anything unusual before the entropy-coded data. */
export function findBaseline(file: Uint8Array): Baseline | undefined {
  const view = viewOf(file);
  if (view.getUint16(0) !== SOI) return;
  const tables: Tables = { huffman: [], quantization: [] };
  let frame: Uint8Array | undefined;
  let restartInterval = 0;
  for (let at = 2; at + 4 <= file.length; ) {
    const marker = view.getUint16(at);
    const start = at + 4;
    const end = at + 2 + view.getUint16(at + 2);
    if (end < start || end > file.length) return;
    const content = file.subarray(start, end);
    if (marker === SOS) {
      const scan = frame && scanOf(frame, content, tables);
      return scan && { ...scan, restartInterval, data: end };
    }
    if (marker === DHT || marker === DQT) {
      const isFound = marker === DHT ? findHuffmanTables : findQuantizationTables;
      if (!isFound(file, start, end, tables)) return;
    } else if (marker === DRI) {
      if (content.length !== 2) return;
      restartInterval = view.getUint16(start);
    } else if (marker === SOF0 || marker === SOF1) {
      if (frame) return;
      frame = content;
    } else if (marker !== COM && (marker < APP0 || marker > APP15)) return;
    // Its transform: 1 is YCbCr.
    if (marker === APP14 && hasTextAt(file, start, 'Adobe') && content[11] !== 1) return;
    at = end;
  }
  return;
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

/**
 * @param frame the content of SOF0 or SOF1
 * @param scan the content of SOS
 */
function scanOf(frame: Uint8Array, scan: Uint8Array, { huffman, quantization }: Tables) {
  const count = frame[5] as number;
  if (frame[0] !== 8 || (count !== 1 && count !== 3) || frame.length !== 6 + 3 * count) return;
  if (scan[0] !== count || scan.length !== 4 + 2 * count || String(scan.subarray(-3)) !== '0,63,0') return;
  const indices = [...Array(count).keys()];
  const names = indices.map((i) => frame[6 + 3 * i]);
  if (
    names.some((name, i) => name !== scan[1 + 2 * i]) ||
    new Set(names).size < count ||
    String(names) === RGB
  )
    return;
  const [sampling = 0, ...others] = indices.map((i) => frame[7 + 3 * i]);
  if (!SAMPLING.includes(sampling) || others.some((factors) => factors !== 0x11)) return;
  const components: BaselineComponent[] = [];
  for (const i of indices) {
    const numbers = scan[2 + 2 * i] as number;
    const [dc, ac] = [huffman[numbers >> 4], huffman[16 + (numbers & 15)]];
    const elements = quantization[frame[8 + 3 * i] as number];
    if (dc === undefined || ac === undefined || elements === undefined) return;
    components.push({ dc, ac, quantization: elements });
  }
  // The MCUs of a grey image have one block, whatever its sampling factors are (A.2.2).
  return count === 1
    ? { components, across: 1, down: 1 }
    : { components, across: sampling >> 4, down: sampling & 15 };
}
