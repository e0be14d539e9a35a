/**
 * @file Huffman tables (ITU-T T.81, annex C and F.2.2). A table in a file, `dht`, has 16 counts, of the codes of 1 to 16 bits, and the
 * symbols in the order of their codes.
 *
 * A symbol is run << 4 | size. A value of `size` bits follows its code, and `run` zeros precede the value. The AC symbol 00 ends the
 * block; F0 stands for 16 zeros. In a progressive JPEG, the AC symbols 00, 10, .. E0 end the same band of 2^run blocks and more (G.1.2.2):
 * `run` bits follow the code, whose number is added. The value is then the number of blocks.
 *
 * The tables here are indexed by the next bits of the data, the window. An entry contains the number of bits that it covers, in its bits 0
 * to 4, and the number of coefficients from COUNT_SHIFT on.
 */

/** Bits of the window of `u32_values` and of `u16_skips`. Larger tables push each other out of a cache of 32 KiB. */
export const VALUES_WINDOW: u32 = 10;
export const SKIPS_WINDOW: u32 = 12;

/** Bytes of the tables, and of the scratch of their builders. */
export const VALUES_BYTES: usize = 4 << VALUES_WINDOW;
export const SKIPS_BYTES: usize = 2 << SKIPS_WINDOW;

export const LENGTH: u32 = 31;
export const COUNT_SHIFT: u32 = 6;
export const COUNT: u32 = 255;

/** The count of an end of block. */
export const END: u32 = 128;

/** The entry of `u16_skips` for a code that is longer than the window. Its count is larger than all others. */
const UNKNOWN: u32 = 256 << COUNT_SHIFT;

/**
 * Flag in `u32_values`: the bits from VALUE_SHIFT on are not the value but its size, since the window ends before the value. Nothing else
 * is set if it ends before the code.
 */
export const LONG: u32 = 1 << 14;
export const VALUE_SHIFT: u32 = 16;

/**
 * Largest sizes (tables F.1 and F.2). Thus a code and its value have at most 27 bits, and 22 if the code is in a window; in a progressive
 * JPEG at most 30.
 */
const MAX_DC_SIZE: u32 = 11;
const MAX_AC_SIZE: u32 = 10;

/**
 * Returns whether a table has a prefix code, none of which is all ones (C.2), for possible symbols.
 * @param isProgressive whether several blocks can end with a symbol
 */
export function isValid(dht: usize, isDc: bool, isProgressive: bool): bool {
  let code: u32 = 0;
  let symbols: usize = 0;
  for (let length: usize = 1; length <= 16; length++) {
    const count = <u32>load<u8>(dht + length - 1);
    symbols += count;
    code = (code << 1) + count;
    if (code >= (<u32>1) << <u32>length) return false;
  }
  for (let i: usize = 0; i < symbols; i++) {
    const symbol = <u32>load<u8>(dht + i, 16);
    if (symbol > 15 && isDc) return false;
    const size = symbol & 15;
    if (size > (isDc ? MAX_DC_SIZE : MAX_AC_SIZE)) return false;
    if (size == 0 && symbol != 0 && symbol != 0xf0 && !isProgressive) return false;
  }
  return true;
}

/** Returns the first code of 16 bits of data, as length << 8 | symbol, or 0 if there is none (figure F.16). */
function codeAt(dht: usize, data: u32): u32 {
  let first: u32 = 0;
  let symbols = dht + 16;
  for (let length: u32 = 1; length <= 16; length++) {
    const count = <u32>load<u8>(dht + length - 1);
    const index = (data >>> (16 - length)) - first;
    if (index < count) return (length << 8) | load<u8>(symbols + index);
    symbols += count;
    first = (first + count) << 1;
  }
  return 0;
}

/** codes [2^SKIPS_WINDOW] = the first code of each window, as `codeAt` returns it, or 0 if it is longer. */
function u16_codes(codes: usize, dht: usize): void {
  memory.fill(codes, 0, SKIPS_BYTES);
  const windows: u32 = 1 << SKIPS_WINDOW;
  for (let window: u32 = 0; window < windows; ) {
    const code = codeAt(dht, window << (16 - SKIPS_WINDOW));
    const length = code >>> 8;
    // All windows that begin with the code have it.
    const end = window + (length > SKIPS_WINDOW || length == 0 ? 1 : 1 << (SKIPS_WINDOW - length));
    if (length <= SKIPS_WINDOW) {
      for (let i = window; i < end; i++) store<u16>(codes + (i << 1), code);
    }
    window = end;
  }
}

/** Returns whether a valid AC symbol ends a block. */
@inline
function isEndSymbol(symbol: u32): bool {
  return (symbol & 15) == 0 && symbol != 0xf0;
}

/** Returns the number of coefficients of an AC symbol. */
@inline
function countOf(symbol: u32): u32 {
  return isEndSymbol(symbol) ? END : (symbol >>> 4) + 1;
}

/** Returns the entry of a code with the flag LONG. */
@inline
function longEntry(code: u32, isDc: bool): u32 {
  const symbol = code & 255;
  const size = isDc || !isEndSymbol(symbol) ? symbol & 15 : symbol >>> 4;
  const count = isDc ? 1 : countOf(symbol);
  return (size << VALUE_SHIFT) | LONG | (count << COUNT_SHIFT) | ((code >>> 8) + size);
}

/** Returns an entry with its value in place of the size (figures F.12 and G.4). @param bits ends with the value */
@inline
function withValue(entry: u32, bits: u32): u32 {
  const limit = (<u32>1) << (entry >>> VALUE_SHIFT);
  let value = bits & (limit - 1);
  if (((entry >>> COUNT_SHIFT) & COUNT) == END) value += limit;
  else if (value < limit >>> 1) value += 1 - limit;
  return (value << VALUE_SHIFT) | (entry & (LONG - 1));
}

/** table [2^VALUES_WINDOW] = value << VALUE_SHIFT | count << COUNT_SHIFT | bits of the first symbol of each window. */
export function u32_values(table: usize, codes: usize, dht: usize, isDc: bool): void {
  u16_codes(codes, dht);
  const windows: u32 = 1 << VALUES_WINDOW;
  for (let window: u32 = 0; window < windows; window++) {
    const code = <u32>load<u16>(codes + (window << (1 + SKIPS_WINDOW - VALUES_WINDOW)));
    let entry = LONG;
    if (code != 0 && code >>> 8 <= VALUES_WINDOW) {
      entry = longEntry(code, isDc);
      const length = entry & LENGTH;
      if (length <= VALUES_WINDOW) entry = withValue(entry, window >>> (VALUES_WINDOW - length));
    }
    store<u32>(table + (window << 2), entry);
  }
}

/** Returns an entry of `u32_values` for data whose entry has the flag LONG, or 0 if it has no code. */
export function complete(entry: u32, data: u64, dht: usize, isDc: bool): u32 {
  if ((entry & LENGTH) == 0) {
    const code = codeAt(dht, <u32>(data >>> 48));
    if (code == 0) return 0;
    entry = longEntry(code, isDc);
  }
  return withValue(entry, <u32>(data >>> (64 - (entry & LENGTH))));
}

/** table [2^SKIPS_WINDOW] = count << COUNT_SHIFT | bits of all AC symbols whose codes are in the window, up to an end of block. */
export function u16_skips(table: usize, codes: usize, dht: usize): void {
  u16_codes(codes, dht);
  const windows: u32 = 1 << SKIPS_WINDOW;
  for (let window: u32 = 0; window < windows; window++) {
    let length: u32 = 0;
    let count: u32 = 0;
    // The count is below 64, or that of an end of block plus less than 64.
    while (length < SKIPS_WINDOW && count < 48) {
      const code = <u32>load<u16>(codes + (((window << length) & (windows - 1)) << 1));
      const codeLength = code >>> 8;
      if (code == 0 || length + codeLength > SKIPS_WINDOW) break;
      // The bits of its value need not be in the window.
      length += codeLength + (code & 15);
      count += countOf(code & 255);
    }
    store<u16>(table + (window << 1), length == 0 ? UNKNOWN : (count << COUNT_SHIFT) | length);
  }
}

/** Returns an entry of `u16_skips` for the first symbol of the data, or 0 if it has no code. */
export function skipOne(data: u64, dht: usize): u32 {
  const code = codeAt(dht, <u32>(data >>> 48));
  return code == 0 ? 0 : (countOf(code & 255) << COUNT_SHIFT) | ((code >>> 8) + (code & 15));
}
