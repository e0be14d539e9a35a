/**
 * @file The bits of entropy-coded data (ITU-T T.81, F.2.2).
 *
 * `bits` contains the next bits of the data, the first one as the highest. `available` of them are from bytes before `next`. The bits
 * after those are 0 or the right ones, so an OR with the 8 bytes at `next` results in 64 bits of data.
 */
import { complete, LONG, SKIPS_WINDOW, VALUE_SHIFT, VALUES_WINDOW } from './huffman';

export let bits: u64 = 0;
export let available: u64 = 0;
export let next: usize = 0;
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
export function wordAt(address: usize): u64 {
  const bytes = v128.load64_zero(address);
  return i64x2.extract_lane(i8x16.shuffle(bytes, bytes, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8), 0);
}

/** Returns `from` after an OR with the bytes there. 56 to 63 bits are then available, `count | 56`. */
@inline
export function afterWord(from: usize, count: u64): usize {
  return from + <usize>((63 - count) >> 3);
}

/**
 * Returns the entry of the next symbol with its value, or 0 if it has no code.
 * @param rest has its window
 * @param word has all its bits
 */
@inline
export function valueAt(table: usize, dht: usize, isDc: bool, rest: u64, word: u64): u32 {
  const entry = load<u32>(table + (<usize>(rest >>> (64 - VALUES_WINDOW)) << 2));
  return entry & LONG ? complete(entry, word, dht, isDc) : entry;
}

/** Returns the entry of the next symbols. */
@inline
export function skipAt(table: usize, rest: u64): u32 {
  return load<u16>(table + (<usize>(rest >>> (64 - SKIPS_WINDOW)) << 1));
}

/** Returns the value of an entry of `u32_values`. */
@inline
export function valueOf(entry: u32): i32 {
  return <i32>entry >> VALUE_SHIFT;
}

/** Keeps the state that a function had in its variables. */
@inline
export function keep(rest: u64, count: u64, from: usize): void {
  bits = rest;
  available = count;
  next = from;
}
