/** @file Decodes the variable-length LZW codes of a GIF's image data into colour indices (GIF89a, appendix F). */

/** Codes have at most 12 bits. */
const MAX_CODE_BITS = 12;
const MAX_CODES = 2 ** MAX_CODE_BITS;

/**
 * Fills `indices` and ignores data after that. The work is bounded by their number and by the file's length.
 * @param at offset of the code size, which the sub-blocks follow
 * @throws Error when the data ends too early or contains an undefined code
 */
export function decodeLzw(bytes: Uint8Array, at: number, indices: Uint8ClampedArray): void {
  const rootBits = bytes[at] ?? 0;
  if (rootBits < 1 || rootBits > 8) throw new Error(`the code size is ${rootBits}, expected 1 to 8`);
  const readCode = codeReader(bytes, at + 1);
  const clear = 1 << rootBits;
  const end = clear + 1;
  // A code stands for the indices of its prefix, another code, followed by its suffix, one index.
  const prefix = new Uint16Array(MAX_CODES);
  const suffix = new Uint8Array(MAX_CODES);
  const length = new Uint16Array(MAX_CODES);
  for (let code = 0; code < clear; code++) {
    suffix[code] = code;
    length[code] = 1;
  }
  let [next, codeBits, previous] = [clear + 2, rootBits + 1, -1];
  let filled = 0;

  while (filled < indices.length) {
    const code = readCode(codeBits);
    if (code === end) throw new Error(INCOMPLETE);
    if (code === clear) {
      [next, codeBits, previous] = [clear + 2, rootBits + 1, -1];
      continue;
    }
    const isNew = code === next && previous >= 0;
    if (code >= next && !isNew) throw new Error(`code ${code} is undefined`);
    // A code that is not defined yet is the previous code followed by the first index of that code.
    const known = isNew ? previous : code;
    const from = filled;
    filled += length[known] as number;
    let chain = known;
    for (let i = filled - 1; i >= from; i--) {
      // A write past the end of a typed array has no effect.
      indices[i] = suffix[chain] as number;
      chain = prefix[chain] as number;
    }
    const first = indices[from] as number;
    if (isNew) indices[filled++] = first;
    if (previous >= 0 && next < MAX_CODES) {
      prefix[next] = previous;
      suffix[next] = first;
      length[next] = (length[previous] as number) + 1;
      next += 1;
      if (next === 1 << codeBits && codeBits < MAX_CODE_BITS) codeBits += 1;
    }
    previous = code;
  }
}

const INCOMPLETE = 'the data ends before the image is complete';

/** Returns a function that reads the next code of a given number of bits, lowest bit first, from the sub-blocks at `at`. */
function codeReader(bytes: Uint8Array, at: number): (codeBits: number) => number {
  let [buffer, bits, blockLeft] = [0, 0, 0];
  return (codeBits) => {
    while (bits < codeBits) {
      if (blockLeft === 0) blockLeft = bytes[at++] ?? 0;
      if (blockLeft === 0 || at >= bytes.length) throw new Error(INCOMPLETE);
      buffer |= (bytes[at++] as number) << bits;
      bits += 8;
      blockLeft -= 1;
    }
    const code = buffer & ((1 << codeBits) - 1);
    buffer >>>= codeBits;
    bits -= codeBits;
    return code;
  };
}
