/**
 * @file Entropy-coded data of the scans of progressive JPEGs → coefficients (ITU-T T.81, G.1.2 and G.2). A scan adds the values or one more bit to a band
 * of the coefficients: to coefficient 0 of several components, or to others of one.
 */
import { afterWord, available, bits, isBeyondEnd, keep, next, restart, startAt, valueAt, valueOf, wordAt } from './bits';
import { Component, componentAt, prepareBandCodes, resetPredictors } from './component';
import { COUNT, COUNT_SHIFT, END, LENGTH, VALUES_WINDOW } from './huffman';
import { pause } from './pause';
import { Scan } from './scan';

/** Blocks after the current one whose bands end with it. */
let ended: i32 = 0;

/** Decodes a scan. Returns false if it is damaged, or has values that no encoder writes. */
export function decodeBand(scan: Scan): bool {
  const hasCodes = scan.first > 0 || scan.high == 0;
  let only: usize = 0;
  for (let i: usize = 0; i < <usize>scan.components; i++) {
    if (!isMember(scan, i)) continue;
    if (hasCodes && !prepareBandCodes(scan, i)) return false;
    only = i;
  }
  const isAlone = popcnt(scan.members) == 1;
  const component = componentAt(only);
  const columns = isAlone ? component.blocksAcross : componentAt(1).blocksAcross;
  const rows = isAlone ? component.blocksDown : componentAt(1).blocksDown;
  resetPredictors();
  ended = 0;
  startAt(scan.data);
  let restarts = 0;
  let untilRestart = scan.restartInterval;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (scan.restartInterval > 0 && untilRestart-- == 0) {
        if (!restart(restarts++)) return false;
        resetPredictors();
        ended = 0;
        untilRestart = scan.restartInterval - 1;
      }
      if (isAlone) {
        if (!decodeBlock(scan, component, <usize>(row * component.blockStride + column))) return false;
      } else if (!decodeMcu(scan, row, column)) return false;
      if (isBeyondEnd()) return false;
    }
    pause();
  }
  return ended == 0;
}

@inline
function isMember(scan: Scan, i: usize): bool {
  return ((scan.members >>> <i32>i) & 1) != 0;
}

/** Decodes coefficient 0 of the blocks of an MCU. */
function decodeMcu(scan: Scan, row: i32, column: i32): bool {
  for (let i: usize = 0; i < <usize>scan.components; i++) {
    if (!isMember(scan, i)) continue;
    const component = componentAt(i);
    const across = i == 0 ? scan.across : 1;
    const down = i == 0 ? scan.down : 1;
    const stride = component.blockStride;
    for (let y = row * down; y < (row + 1) * down; y++) {
      for (let x = column * across; x < (column + 1) * across; x++) {
        if (!decodeBlock(scan, component, <usize>(y * stride + x))) return false;
      }
    }
  }
  return true;
}

/** Decodes the band of a block. */
function decodeBlock(scan: Scan, component: Component, index: usize): bool {
  if (scan.first == 0) {
    const dc = component.means + (index << 1);
    return scan.high == 0 ? decodeDc(component, dc, scan.low) : refineDc(dc, scan.low);
  }
  return scan.high == 0 ? decodeAc(scan, component, index) : refineAc(scan, component, index);
}

/** Decodes coefficient 0 (G.1.2.1). */
@inline
function decodeDc(component: Component, dc: usize, low: i32): bool {
  const count = available;
  const word = bits | (wordAt(next) >> count);
  const entry = valueAt(component.dc, component.dcTable, true, bits, word);
  if (entry == 0) return false;
  component.predictor += valueOf(entry);
  store<i16>(dc, component.predictor << low);
  keep(word << entry, (count | 56) - (entry & LENGTH), afterWord(next, count));
  return true;
}

/** Adds a bit to coefficient 0. */
@inline
function refineDc(dc: usize, low: i32): bool {
  const count = available;
  const word = bits | (wordAt(next) >> count);
  store<i16>(dc, load<i16>(dc) | (<i32>(word >>> 63) << low));
  keep(word << 1, (count | 56) - 1, afterWord(next, count));
  return true;
}

/** Decodes the band of a block without values (G.1.2.2). */
function decodeAc(scan: Scan, component: Component, index: usize): bool {
  if (ended > 0) {
    ended--;
    return true;
  }
  const values = component.values + (index << 7);
  const low = scan.low;
  const last = <u32>scan.last;
  let mask: u64 = 0;
  let rest = bits;
  let count = available;
  let from = next;
  let k = <u32>scan.first;
  do {
    const word = rest | (wordAt(from) >> count);
    from = afterWord(from, count);
    count |= 56;
    const entry = valueAt(component.ac, component.acTable, false, rest, word);
    if (entry == 0) return false;
    rest = word << entry;
    count -= entry & LENGTH;
    const coefficients = (entry >>> COUNT_SHIFT) & COUNT;
    if (coefficients == END) {
      ended = valueOf(entry) - 1;
      break;
    }
    k += coefficients;
    if (k > last + 1) return false;
    const value = valueOf(entry);
    // 16 zeros have no value.
    if (value == 0) continue;
    store<i16>(values + ((k - 1) << 1), value << low);
    mask |= (<u64>1) << (k - 1);
  } while (k <= last);
  keep(rest, count, from);
  const to = component.masks + (index << 3);
  store<u64>(to, load<u64>(to) | mask);
  return true;
}

/** Adds a bit to the band of a block, and new values of that bit (G.1.2.3). */
function refineAc(scan: Scan, component: Component, index: usize): bool {
  const values = component.values + (index << 7);
  const maskAt = component.masks + (index << 3);
  const step = 1 << scan.low;
  const last = <u64>scan.last;
  const before = load<u64>(maskAt);
  let mask = before;
  let k = <u64>scan.first;
  while (ended == 0 && k <= last) {
    const count = available;
    const word = bits | (wordAt(next) >> count);
    const entry = valueAt(component.ac, component.acTable, false, bits, word);
    if (entry == 0) return false;
    keep(word << entry, (count | 56) - (entry & LENGTH), afterWord(next, count));
    const coefficients = (entry >>> COUNT_SHIFT) & COUNT;
    const value = valueOf(entry);
    if (coefficients == END) {
      ended = value;
      break;
    }
    if (value > 1 || value < -1) return false;
    // The last one of that many coefficients that are 0 gets the value.
    let zeros = ~before & bandFrom(k, last);
    for (let i: u32 = 1; i < coefficients; i++) zeros &= zeros - 1;
    if (zeros == 0) return false;
    const place = ctz(zeros);
    refineValues(values, before & bandFrom(k, place), step);
    if (value != 0) {
      store<i16>(values + (<usize>place << 1), value * step);
      mask |= (<u64>1) << place;
    }
    k = place + 1;
  }
  if (ended > 0) {
    if (k <= last) refineValues(values, before & bandFrom(k, last), step);
    ended--;
  }
  store<u64>(maskAt, mask);
  return true;
}

/** Returns the bits of coefficients k to `last`. */
@inline
function bandFrom(k: u64, last: u64): u64 {
  return ((<u64>-1) << k) & ((<u64>-1) >>> (63 - last));
}

/** Adds a bit of the data to each of these coefficients. */
@inline
function refineValues(values: usize, mask: u64, step: i32): void {
  if (mask == 0) return;
  let rest = bits;
  let count = available;
  let from = next;
  do {
    rest |= wordAt(from) >> count;
    from = afterWord(from, count);
    count |= 56;
    // No refill is needed for that many: the window of the next code is left.
    for (let i: u32 = 0; i < 64 - VALUES_WINDOW && mask != 0; i++, mask &= mask - 1) {
      const at = values + (<usize>ctz(mask) << 1);
      const value = <i32>load<i16>(at);
      const sign = value >> 31;
      store<i16>(at, value + (((step ^ sign) - sign) & -(<i32>(rest >>> 63))));
      rest <<= 1;
      count--;
    }
  } while (mask != 0);
  keep(rest, count, from);
}

