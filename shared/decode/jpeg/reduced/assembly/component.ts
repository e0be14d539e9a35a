/** @file The components of an image, with the tables that their blocks are decoded with. */
import { isValid, SKIPS_BYTES, u16_skips, u32_values, VALUES_BYTES } from './huffman';
import { i32_weights, PLACES } from './inverse';
import { i32_quantization, ZIGZAG } from './passes';
import { Scan } from './scan';

@unmanaged
export class Component {
  /** Contents of the tables in the file. */
  dcTable: usize;
  acTable: usize;
  /** The tables of huffman.ts: the values of coefficients 0, and the values of the others or the skips. */
  dc: usize;
  ac: usize;
  /** Samples that a block becomes, along an edge. */
  size: i32;
  /** Where the inverse transform expects each coefficient, and its weights. */
  places: usize;
  weights: usize;
  /** The samples of a row of MCUs. */
  samples: usize;
  /** The quantization of coefficient 0. */
  step: i32;
  /** Coefficient 0 of the last block, quantized. */
  predictor: i32;
  /** Of a progressive image: blocks in a row and rows of a scan of this component alone (T.81, A.2.2), and blocks from a row to the next. */
  blocksAcross: i32;
  blocksDown: i32;
  blockStride: i32;
  /** Coefficient 0 of each block, int16. */
  means: usize;
  /** Which other coefficients of each block are not 0, uint64: bit k for coefficient k in zigzag order. 0 for a component of size 1. */
  masks: usize;
  /** The coefficients whose bits are set, int16 [blocks, 64]. The others have any value. */
  values: usize;
}

const MAX_COMPONENTS: usize = 3;

/** Rows of samples of a component in a row of MCUs. */
export const SAMPLE_ROWS: usize = 8;

const WEIGHTS_BYTES: usize = 4 * 64;

// Addresses after the constants of the module.
const components: usize = __heap_base;
const codes: usize = components + MAX_COMPONENTS * offsetof<Component>();
const weights: usize = codes + SKIPS_BYTES;
const dcTables: usize = weights + MAX_COMPONENTS * WEIGHTS_BYTES;
const acTables: usize = dcTables + MAX_COMPONENTS * VALUES_BYTES;
/** The first address that components do not use. */
export const COMPONENTS_END: usize = acTables + MAX_COMPONENTS * SKIPS_BYTES;

@inline
export function componentAt(i: usize): Component {
  return changetype<Component>(components + i * offsetof<Component>());
}

/** Returns coefficient 0 of the last block. */
@inline
export function meanOf(component: Component): i32 {
  return <i32>(<i16>component.predictor) * component.step;
}

/** Resets the prediction of coefficient 0, at the start and at restart markers (ITU-T T.81, F.2.1.3.1). */
export function resetPredictors(): void {
  for (let i: usize = 0; i < MAX_COMPONENTS; i++) componentAt(i).predictor = 0;
}

/** Returns the address of the fields with the tables of component i: DC, AC, quantization. */
@inline
function tablesOf(scan: Scan, i: usize): usize {
  return changetype<usize>(scan) + offsetof<Scan>('lumaDc') + i * 3 * sizeof<usize>();
}

/** Prepares the samples and the transform of component i. @param size samples that a block becomes, along an edge */
export function prepareTransform(scan: Scan, i: usize, size: i32): void {
  const component = componentAt(i);
  component.dc = dcTables + i * VALUES_BYTES;
  component.ac = acTables + i * SKIPS_BYTES;
  component.weights = weights + i * WEIGHTS_BYTES;
  component.samples = scan.samples + SAMPLE_ROWS * i * scan.stride;
  component.size = size;
  component.places = size <= 2 ? PLACES : ZIGZAG;
  const quantization = load<usize>(tablesOf(scan, i), 2 * sizeof<usize>());
  component.step = load<u8>(quantization);
  if (size <= 2) i32_weights(component.weights, quantization);
  else i32_quantization(component.weights, quantization);
}

/**
 * Prepares the codes of component i of a baseline image. A component with the tables of the one before shares its tables. Only one sample
 * of a block needs no values of coefficients.
 * @returns false if a Huffman table is not one of a baseline JPEG
 */
export function prepareCodes(scan: Scan, i: usize): bool {
  const component = componentAt(i);
  component.dcTable = load<usize>(tablesOf(scan, i));
  component.acTable = load<usize>(tablesOf(scan, i), sizeof<usize>());
  if (i == 2) {
    const cb = componentAt(1);
    if (component.dcTable == cb.dcTable && component.acTable == cb.acTable) {
      component.dc = cb.dc;
      component.ac = cb.ac;
      return true;
    }
  }
  if (!isValid(component.dcTable, true, false) || !isValid(component.acTable, false, false)) return false;
  u32_values(component.dc, codes, component.dcTable, true);
  if (component.size > 1) u32_values(component.ac, codes, component.acTable, false);
  else u16_skips(component.ac, codes, component.acTable);
  return true;
}

/** Prepares the codes of component i for a scan of a progressive image. @returns false if the Huffman table is not possible */
export function prepareBandCodes(scan: Scan, i: usize): bool {
  const component = componentAt(i);
  const isDc = scan.first == 0;
  const dht = load<usize>(tablesOf(scan, i) + (isDc ? 0 : sizeof<usize>()));
  if (!isValid(dht, isDc, true)) return false;
  if (isDc) component.dcTable = dht;
  else component.acTable = dht;
  u32_values(isDc ? component.dc : component.ac, codes, dht, isDc);
  return true;
}
