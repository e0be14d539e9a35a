/**
 * @file Entropy-coded data of baseline JPEGs → samples (ITU-T T.81, F.2.2).
 *
 * The functions keep the state of bits.ts in `rest` or `word`, `count` and `from`. `rest` is what an entry has left of `word`. It still
 * has the window of the next entry, which is read before the OR is done: every instruction between two entries counts.
 */
import { afterWord, available, bits, keep, next, skipAt, valueAt, valueOf, wordAt } from './bits';
import { Component, meanOf } from './component';
import { COUNT, COUNT_SHIFT, END, LENGTH, skipOne } from './huffman';
import { u8_inverse2x2 } from './inverse';
import { u8_inverse } from './passes';
import { u8_flat } from './range';

/** Returns whether a block ends before coefficient k: after coefficient 63, or by an end of block that follows 1 to 63 coefficients. */
@inline
function isEnd(k: u32): bool {
  return k == 64 || k - END - 1 < 63;
}

/**
 * Decodes [down, across] blocks to one sample each, from coefficient 0. The others are skipped.
 * @returns false if the data is damaged
 */
export function u8_decode1x1(to: usize, stride: usize, component: Component, across: i32, down: i32): bool {
  const skips = component.ac;
  let rest = bits;
  let count = available;
  let from = next;
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      let word = rest | (wordAt(from) >> count);
      from = afterWord(from, count);
      count |= 56;
      let entry = valueAt(component.dc, component.dcTable, true, rest, word);
      if (entry == 0) return false;
      component.predictor += valueOf(entry);
      store<u8>(to + column, u8_flat(meanOf(component)));

      let k: u32 = 1;
      for (;;) {
        // Two entries take up to 44 of 64 bits, or 22 and a single long symbol 48. The window of the next one is left.
        rest = word << entry;
        count -= entry & LENGTH;
        word = rest | (wordAt(from) >> count);
        from = afterWord(from, count);
        count |= 56;
        entry = skipAt(skips, rest);
        let sum = k + (entry >>> COUNT_SHIFT);
        if (sum < 64) {
          k = sum;
          word <<= entry;
          count -= entry & LENGTH;
          entry = skipAt(skips, word);
          sum = k + (entry >>> COUNT_SHIFT);
          if (sum < 64) {
            k = sum;
            continue;
          }
        }
        if (isEnd(sum)) break;
        // The code is longer than the window, or not all symbols of the entry belong to this block.
        entry = skipOne(word, component.acTable);
        if (entry == 0) return false;
        k += entry >>> COUNT_SHIFT;
        if (k < 64) continue;
        if (isEnd(k)) break;
        return false;
      }
      rest = word << entry;
      count -= entry & LENGTH;
    }
    to += stride;
  }
  keep(rest, count, from);
  return true;
}

/**
 * Decodes a block to more than one sample. Overwrites up to eight samples of a row, and up to a multiple of four rows.
 * @param block 128 bytes of zeros, which are so again afterwards
 * @param scratch of passes.ts
 * @returns false if the data is damaged
 */
export function u8_decode(to: usize, stride: usize, component: Component, block: usize, scratch: usize): bool {
  const places = component.places;
  let rest = bits;
  let count = available;
  let word = rest | (wordAt(next) >> count);
  let from = afterWord(next, count);
  count |= 56;
  let entry = valueAt(component.dc, component.dcTable, true, rest, word);
  if (entry == 0) return false;
  component.predictor += valueOf(entry);

  let k: u32 = 1;
  do {
    rest = word << entry;
    count -= entry & LENGTH;
    word = rest | (wordAt(from) >> count);
    from = afterWord(from, count);
    count |= 56;
    entry = valueAt(component.ac, component.acTable, false, rest, word);
    if (entry == 0) return false;
    k += (entry >>> COUNT_SHIFT) & COUNT;
    if (k > 64) break;
    store<i16>(block + (<usize>load<u8>(places + k - 1) << 1), valueOf(entry));
  } while (k < 64);
  if (!isEnd(k)) return false;
  keep(word << entry, count - (entry & LENGTH), from);
  return u8_transform(to, stride, component, k == END + 1, block, scratch);
}

/**
 * Transforms a block to more than one sample. Overwrites up to eight samples of a row, and up to a multiple of four rows.
 * @param isFlat whether coefficient 0, the component's predictor, is the only one
 * @param block the other coefficients, which become 0
 * @returns false for values that no encoder writes (passes.ts)
 */
export function u8_transform(
  to: usize,
  stride: usize,
  component: Component,
  isFlat: bool,
  block: usize,
  scratch: usize,
): bool {
  const weights = component.weights;
  const size = component.size;
  if (isFlat) {
    const samples = <u64>u8_flat(meanOf(component)) * 0x0101010101010101;
    for (let row = 0; row < size; row++) {
      store<u64>(to, samples);
      to += stride;
    }
    return true;
  }
  if (size == 2) return u8_inverse2x2(to, stride, weights, meanOf(component), block);
  store<i16>(block, component.predictor);
  return u8_inverse(to, stride, weights, block, size, scratch);
}
