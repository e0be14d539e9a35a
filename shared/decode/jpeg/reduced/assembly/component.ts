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

/**
 * Prepares component i. A component with the tables of the one before shares its tables.
 * @param size samples that a block becomes, along an edge. Only one sample needs no values of coefficients
 * @returns false if a Huffman table is not one of a baseline JPEG
 */
export function prepareComponent(scan: Scan, i: usize, size: i32): bool {
  const tables = changetype<usize>(scan) + offsetof<Scan>('lumaDc') + i * 3 * sizeof<usize>();
  const component = componentAt(i);
  component.dcTable = load<usize>(tables);
  component.acTable = load<usize>(tables, sizeof<usize>());
  component.dc = dcTables + i * VALUES_BYTES;
  component.ac = acTables + i * SKIPS_BYTES;
  component.weights = weights + i * WEIGHTS_BYTES;
  component.samples = scan.samples + SAMPLE_ROWS * i * scan.stride;
  component.size = size;
  component.places = size <= 2 ? PLACES : ZIGZAG;
  const quantization = load<usize>(tables, 2 * sizeof<usize>());
  component.step = load<u8>(quantization);
  if (size <= 2) i32_weights(component.weights, quantization);
  else i32_quantization(component.weights, quantization);
  if (i == 2) {
    const cb = componentAt(1);
    if (component.dcTable == cb.dcTable && component.acTable == cb.acTable) {
      component.dc = cb.dc;
      component.ac = cb.ac;
      return true;
    }
  }
  if (!isValid(component.dcTable, true) || !isValid(component.acTable, false)) return false;
  u32_values(component.dc, codes, component.dcTable, true);
  if (size > 1) u32_values(component.ac, codes, component.acTable, false);
  else u16_skips(component.ac, codes, component.acTable);
  return true;
}
