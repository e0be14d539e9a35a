/**
 * @file Entropy-coded data → samples (ITU-T T.81, F.2.2).
 *
 * `bits` contains the next bits of the data, the first one as the highest. `available` of them are from bytes before `next`. The bits
 * after those are 0 or the right ones, so an OR with the 8 bytes at `next` results in 64 bits of data.
 *
 * The functions that decode blocks keep these three in `word`, `count` and `from`. `rest` is what an entry has left of `word`. It still
 * has the window of the next entry, which is read before the OR is done: every instruction between two entries counts.
 */
import { Component, meanOf } from './component';
import {
  COUNT,
  COUNT_SHIFT,
  complete,
  END,
  LENGTH,
  LONG,
  SKIPS_WINDOW,
  skipOne,
  VALUE_SHIFT,
  VALUES_WINDOW,
} from './huffman';
import { u8_inverse2x2 } from './inverse';
import { u8_inverse } from './passes';
import { u8_flat } from './range';

let bits: u64 = 0;
let available: u64 = 0;
let next: usize = 0;
/** End of the data without stuffing, and address of the marker that ended it. */
let end: usize = 0;
let marker: usize = 0;

/** Bytes between the data with and without stuffing. A vector that is written overwrites no byte that is still to be read. */
const GAP = 16;

/**
 * Starts to read at an address. Moves the data up to the next marker, which must exist, GAP bytes to the front, without the 00 that
 * follows each FF (B.1.1.5). Reads 16 bytes after the marker.
 */
export function startAt(data: usize): void {
  let to = data - GAP;
  next = to;
  for (;;) {
    const bytes = v128.load(data);
    v128.store(to, bytes);
    const marks = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(-1)));
    const plain: usize = marks == 0 ? 16 : ctz(marks);
    data += plain;
    to += plain;
    if (marks == 0) continue;
    if (load<u8>(data, 1) != 0) break;
    data += 2;
    to++;
  }
  end = to;
  marker = data;
  bits = wordAt(next);
  next += 7;
  available = 56;
}

/** Continues after restart marker i. Skips data before it, as libjpeg-turbo does. Returns false if another marker is next. */
export function restart(i: i32): bool {
  if (load<u8>(marker, 1) != 0xd0 + (i & 7)) return false;
  startAt(marker + 2);
  return true;
}

/** Returns whether blocks contained bits after the end of the data. */
export function isBeyondEnd(): bool {
  return next - <usize>(available >> 3) > end;
}

/** Returns 8 bytes as bits of the data. */
@inline
function wordAt(address: usize): u64 {
  const bytes = v128.load64_zero(address);
  return i64x2.extract_lane(i8x16.shuffle(bytes, bytes, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8), 0);
}

/** Returns `from` after an OR with the bytes there. 56 to 63 bits are then available, `count | 56`. */
@inline
function afterWord(from: usize, count: u64): usize {
  return from + <usize>((63 - count) >> 3);
}

/**
 * Returns the entry of the next symbol with its value, or 0 if it has no code.
 * @param rest has its window
 * @param word has all its bits
 */
@inline
function valueAt(table: usize, dht: usize, isDc: bool, rest: u64, word: u64): u32 {
  const entry = load<u32>(table + (<usize>(rest >>> (64 - VALUES_WINDOW)) << 2));
  return entry & LONG ? complete(entry, word, dht, isDc) : entry;
}

/** Returns the entry of the next symbols. */
@inline
function skipAt(table: usize, rest: u64): u32 {
  return load<u16>(table + (<usize>(rest >>> (64 - SKIPS_WINDOW)) << 1));
}

/** Returns the value of an entry of `u32_values`. */
@inline
function valueOf(entry: u32): i32 {
  return <i32>entry >> VALUE_SHIFT;
}

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
  bits = rest;
  available = count;
  next = from;
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
  bits = word << entry;
  available = count - (entry & LENGTH);
  next = from;
  const weights = component.weights;
  const size = component.size;
  if (k == END + 1) {
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
