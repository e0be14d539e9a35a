/** @file Decodes the variable-length LZW codes of a GIF's image data into colour indices (GIF89a, appendix F). */

import type { Pace } from '../pace.ts';

/** Codes have at most 12 bits. */
const MAX_CODE_BITS = 12;
const MAX_CODES = 2 ** MAX_CODE_BITS;

/**
 * Fills `indices` and ignores data after that. The work is bounded by their number and by the file's length.
 * @param at offset of the code size, which the sub-blocks follow
 * @throws Error when the data ends too early or contains an undefined code
 */
export async function decodeLzw(
  bytes: Uint8Array,
  at: number,
  indices: Uint8ClampedArray,
  pace: Pace,
): Promise<void> {
  const rootBits = bytes[at] ?? 0;
  if (rootBits < 1 || rootBits > 8) throw new Error(`the code size is ${rootBits}, expected 1 to 8`);
  const clear = 1 << rootBits;
  const end = clear + 1;
  // The indices of a code, except those of the roots, are where they were first written.
  const start = new Uint32Array(MAX_CODES);
  const length = new Uint16Array(MAX_CODES);
  let [next, codeBits, previousLength] = [clear + 2, rootBits + 1, 0];
  let [buffer, bits, blockLeft] = [0, 0, 0];
  let filled = 0;
  at += 1;

  while (filled < indices.length) {
    // Codes begin with their lowest bit.
    while (bits < codeBits) {
      if (blockLeft === 0) {
        blockLeft = bytes[at++] ?? 0;
        const turn = pace.spend((1 + blockLeft) / bytes.length);
        if (turn) await turn;
      }
      if (blockLeft === 0 || at >= bytes.length) throw new Error(INCOMPLETE);
      buffer |= (bytes[at++] as number) << bits;
      bits += 8;
      blockLeft -= 1;
    }
    const code = buffer & ((1 << codeBits) - 1);
    buffer >>>= codeBits;
    bits -= codeBits;
    if (code === end) throw new Error(INCOMPLETE);
    if (code === clear) {
      [next, codeBits, previousLength] = [clear + 2, rootBits + 1, 0];
      continue;
    }
    // A new code stands for the indices of the previous code and the index after them, the first one of this code.
    if (previousLength > 0 && next < MAX_CODES) {
      start[next] = filled - previousLength;
      length[next] = previousLength + 1;
      next += 1;
      if (next === 1 << codeBits && codeBits < MAX_CODE_BITS) codeBits += 1;
    }
    if (code >= next) throw new Error(`code ${code} is undefined`);
    if (code < clear) {
      indices[filled] = code;
      previousLength = 1;
    } else {
      // The last index of a code that is new can be the first one that is written here: they are written in order.
      // A write past the end of a typed array has no effect.
      const from = start[code] as number;
      previousLength = length[code] as number;
      for (let i = 0; i < previousLength; i++) indices[filled + i] = indices[from + i] as number;
    }
    filled += previousLength;
  }
}

const INCOMPLETE = 'the data ends before the image is complete';
