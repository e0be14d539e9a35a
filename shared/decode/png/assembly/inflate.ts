/** @file Inflates a deflate stream (RFC 1951) until a given number of bytes is there. */

/** Longest code, in bits. */
const MAX_CODE: i32 = 15;

/**
 * Bytes of a code's table. By the next 15 bits, or as many as its longest code has, it contains the symbol times 16 plus the length of its
 * code; 0 for no symbol.
 */
const TABLE_BYTES: usize = 2 << MAX_CODE;

const LENGTH_SYMBOLS: i32 = 19;
const MAX_LITERALS: i32 = 288;
const MAX_DISTANCES: i32 = 32;
const END_OF_BLOCK: u32 = 256;

/** Order in which the lengths of the code for lengths are stored (3.2.7). */
const LENGTH_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** Smallest length, and number of extra bits, of the symbols from 257 on (3.2.5). */
const LENGTH_BASE = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]);
const LENGTH_EXTRA = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);
const LENGTHS: u32 = 29;

/** Smallest distance, and number of extra bits, of each symbol (3.2.5). */
const DISTANCE_BASE = memory.data<u16>([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193,
  12289, 16385, 24577,
]);
const DISTANCE_EXTRA = memory.data<u8>([
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]);
const DISTANCES: u32 = 30;

/**
 * Limits the work on blocks, because one of 15 bytes can have two of the largest tables and no data. It is counted in entries of tables: some for
 * the file, and more for each inflated byte. A Huffman code of the length n only arises in a block of as many symbols as the n-th Fibonacci number:
 * encoders need at most 28 entries for each byte.
 */
const MAX_ENTRIES: usize = 1 << 22;
const MAX_ENTRIES_PER_BYTE: usize = 32;
/** What a block takes besides its tables, and what reading the lengths of its codes takes. */
const BLOCK_ENTRIES: usize = 64;
const LENGTHS_ENTRIES: usize = 2048;

/** Inflated bytes, and entries, after which other work is let through. */
const PAUSE_BYTES: usize = 1 << 18;
const PAUSE_ENTRIES: usize = 1 << 20;

@external('decoder', 'pause')
declare function pause(): void;

/** Address of the next byte of the data, and of the first one behind it. */
let at: usize = 0;
let end: usize = 0;
/** Bits that were read from the data and are not used yet; the next one is the lowest. */
let held: u64 = 0;
/** Number of these bits. */
let count: i32 = 0;
/** Address of the next inflated byte, of the first one, and of the first one behind the last. */
let to: usize = 0;
let first: usize = 0;
let last: usize = 0;

/** Work on the blocks so far, in entries. */
let entries: usize = 0;
/** When the next pause is due. */
let pauseAt: usize = 0;
let pauseEntries: usize = 0;
/** Whether the tables are those of `decodeFixed`. */
let areFixed = false;

/** Number of codes of each length. */
const counts = memory.data(2 * (MAX_CODE + 1), 2);
/** The symbols that have a code, by its length, and the next position in this list for each length. */
const sorted = memory.data(2 * MAX_LITERALS, 2);
const positions = memory.data(2 * (MAX_CODE + 1), 2);
const lengths = memory.data(MAX_LITERALS + MAX_DISTANCES);
/** Addresses of the tables of a block's codes. */
let literals: usize = 0;
let distances: usize = 0;

/**
 * out [outBytes] = the inflated data. Nothing after its last byte is looked at.
 * @param data deflate stream, which can be cut off
 * @param tables scratch of 128 KiB for the tables of two codes
 * @returns whether the data is valid and long enough, and has no more blocks than encoders write
 */
export function u8_inflate(out: usize, outBytes: usize, data: usize, dataBytes: usize, tables: usize): bool {
  literals = tables;
  distances = tables + TABLE_BYTES;
  at = data;
  end = data + dataBytes;
  held = 0;
  count = 0;
  to = out;
  first = out;
  last = out + outBytes;
  entries = 0;
  areFixed = false;
  let isLast = false;
  pauseAt = to + PAUSE_BYTES;
  pauseEntries = PAUSE_ENTRIES;
  while (to < last) {
    if (to >= pauseAt || entries >= pauseEntries) pauseNow();
    if (isLast || entries > MAX_ENTRIES + MAX_ENTRIES_PER_BYTE * (to - first)) return false;
    entries += BLOCK_ENTRIES;
    isLast = take(1) == 1;
    const type = take(2);
    if (type == 0) {
      if (!copyStored()) return false;
    } else if (type == 1) {
      if (!decodeFixed()) return false;
    } else if (type != 2 || !decodeDynamic()) return false;
  }
  return true;
}

function pauseNow(): void {
  pause();
  pauseAt = to + PAUSE_BYTES;
  pauseEntries = entries + PAUSE_ENTRIES;
}

/** Holds at least 56 bits. Zeros follow the data. */
@inline
function hold(): void {
  if (at + 8 <= end) {
    held |= load<u64>(at) << count;
    at += (63 - count) >> 3;
    count |= 56;
  } else {
    for (; count <= 56; count += 8) {
      if (at < end) held |= (<u64>load<u8>(at)) << count;
      at++;
    }
  }
}

@inline
function use(bits: i32): void {
  held >>= bits;
  count -= bits;
}

/** Whether more bits were used than the data has. */
@inline
function isPastEnd(): bool {
  return at - (count >> 3) > end;
}

function take(bits: i32): u32 {
  hold();
  const taken = (<u32>held) & ((1 << bits) - 1);
  use(bits);
  return taken;
}

/** Copies a block that is not compressed (3.2.4). */
function copyStored(): bool {
  use(count & 7);
  const length = take(16);
  if (take(16) != (~length & 0xffff) || isPastEnd()) return false;
  at -= count >> 3;
  held = 0;
  count = 0;
  const copied = min(<usize>length, last - to);
  if (at + copied > end) return false;
  memory.copy(to, at, copied);
  to += copied;
  at += copied;
  return true;
}

/** Reads the codes of a block (3.2.7), and decodes it. */
function decodeDynamic(): bool {
  areFixed = false;
  entries += LENGTHS_ENTRIES;
  const literalCount: u32 = 257 + take(5);
  const distanceCount: u32 = 1 + take(5);
  const orderCount: u32 = 4 + take(4);
  memory.fill(lengths, 0, LENGTH_SYMBOLS);
  for (let i: u32 = 0; i < orderCount; i++) store<u8>(lengths + load<u8>(LENGTH_ORDER + i), <u8>take(3));
  const lengthBits = buildTable(literals, lengths, LENGTH_SYMBOLS, false);
  if (lengthBits == 0) return false;
  const total: u32 = literalCount + distanceCount;
  if (<i32>literalCount > MAX_LITERALS) return false;
  for (let i: u32 = 0; i < total; ) {
    hold();
    const entry = load<u16>(literals + ((<usize>held & ((1 << lengthBits) - 1)) << 1));
    if (entry == 0 || isPastEnd()) return false;
    use(entry & 15);
    const symbol = entry >> 4;
    if (symbol < 16) {
      store<u8>(lengths + i++, <u8>symbol);
      continue;
    }
    if (symbol == 16 && i == 0) return false;
    const repeated: u8 = symbol == 16 ? load<u8>(lengths + i - 1) : 0;
    const times: u32 = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7);
    if (i + times > total) return false;
    memory.fill(lengths + i, repeated, times);
    i += times;
  }
  // A block must be able to end.
  if (load<u8>(lengths + END_OF_BLOCK) == 0) return false;
  const literalBits = buildTable(literals, lengths, literalCount, true);
  const distanceBits = buildTable(distances, lengths + literalCount, distanceCount, true);
  return literalBits > 0 && distanceBits > 0 && decode(literalBits, distanceBits);
}

/** Lengths of the longest fixed codes. */
const FIXED_LITERAL_BITS: i32 = 9;
const FIXED_DISTANCE_BITS: i32 = 5;

/** Decodes a block with the codes that are stored nowhere (3.2.6). */
function decodeFixed(): bool {
  if (!areFixed) {
    memory.fill(lengths, 8, 144);
    memory.fill(lengths + 144, 9, 112);
    memory.fill(lengths + 256, 7, 24);
    memory.fill(lengths + 280, 8, 8);
    memory.fill(lengths + MAX_LITERALS, 5, MAX_DISTANCES);
    buildTable(literals, lengths, MAX_LITERALS, false);
    buildTable(distances, lengths + MAX_LITERALS, MAX_DISTANCES, false);
    areFixed = true;
  }
  return decode(FIXED_LITERAL_BITS, FIXED_DISTANCE_BITS);
}

/**
 * Builds the table of a code from the lengths of its symbols' codes (3.2.2); a length of 0 means no code.
 * @param mayBeSingle whether the code may consist of one symbol of one bit (3.2.7)
 * @returns length of the longest code, at least 1; 0 when there are more or fewer codes than fit their lengths, as zlib refuses them
 */
function buildTable(table: usize, lengths: usize, symbols: u32, mayBeSingle: bool): i32 {
  memory.fill(counts, 0, 2 * (MAX_CODE + 1));
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = counts + (<usize>load<u8>(lengths + symbol) << 1);
    store<u16>(count, load<u16>(count) + 1);
  }
  let bits: i32 = 1;
  let position: u32 = 0;
  let free: i32 = 1;
  for (let length: i32 = 1; length <= MAX_CODE; length++) {
    const count = <u32>load<u16>(counts + (<usize>length << 1));
    if (count > 0) bits = length;
    free = 2 * free - count;
    if (free < 0) return 0;
    store<u16>(positions + (<usize>length << 1), <u16>position);
    position += count;
  }
  // A code without symbols is valid until it is used.
  if (free > 0 && position > 0 && !(mayBeSingle && bits == 1)) return 0;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const length = <usize>load<u8>(lengths + symbol);
    if (length == 0) continue;
    const own = positions + (length << 1);
    store<u16>(sorted + (<usize>load<u16>(own) << 1), <u16>symbol);
    store<u16>(own, load<u16>(own) + 1);
  }
  // The data has a code's first bit first, so codes are reversed: a longer code begins with the bits in which the table was shorter.
  let code: u32 = 0;
  let next = sorted;
  store<u16>(table, 0);
  for (let length: i32 = 1; length <= bits; length++) {
    memory.copy(table + (1 << length), table, 1 << length);
    for (let count = <u32>load<u16>(counts + (<usize>length << 1)); count > 0; count--, next += 2) {
      store<u16>(table + (<usize>code << 1), <u16>((<u32>load<u16>(next) << 4) | length));
      // Adds 1 to the reversed code.
      let bit: u32 = 1 << (length - 1);
      for (; code & bit; bit >>= 1) code ^= bit;
      code |= bit;
    }
  }
  entries += 1 << bits;
  return bits;
}

/** Decodes the symbols of a block with the codes in the tables (3.2.3). */
function decode(literalBits: i32, distanceBits: i32): bool {
  const literalMask = (1 << literalBits) - 1;
  const distanceMask = (1 << distanceBits) - 1;
  while (to < last) {
    if (to >= pauseAt) pauseNow();
    // At most 48 bits: a code of 15, a length of 5 more, a code of 15, a distance of 13 more.
    hold();
    const literal = <u32>load<u16>(literals + ((<usize>held & literalMask) << 1));
    if (literal == 0) return false;
    use(literal & 15);
    if (isPastEnd()) return false;
    const symbol = literal >> 4;
    if (symbol < END_OF_BLOCK) {
      store<u8>(to++, <u8>symbol);
      continue;
    }
    if (symbol == END_OF_BLOCK) break;
    const row = symbol - 257;
    if (row >= LENGTHS) return false;
    const lengthExtra = <i32>load<u8>(LENGTH_EXTRA + row);
    const length = <usize>load<u16>(LENGTH_BASE + (row << 1)) + (<usize>held & ((1 << lengthExtra) - 1));
    use(lengthExtra);
    const entry = <u32>load<u16>(distances + ((<usize>held & distanceMask) << 1));
    if (entry == 0 || entry >> 4 >= DISTANCES) return false;
    use(entry & 15);
    const extra = <i32>load<u8>(DISTANCE_EXTRA + (entry >> 4));
    const distance = <usize>load<u16>(DISTANCE_BASE + ((entry >> 4) << 1)) + (<usize>held & ((1 << extra) - 1));
    use(extra);
    if (isPastEnd() || distance > to - first) return false;
    const stop = min(to + length, last);
    for (let from = to - distance; to < stop; to++, from++) store<u8>(to, load<u8>(from));
  }
  return true;
}
