/** @file The variable-length LZW codes of a GIF's image data → colour indices (GIF89a, appendix F). */

/** Codes have 12 bits at most. */
const MAX_CODES = 4096;

/**
 * Fills `indices`; what follows is not read. Work is bounded by their number and by the file's length.
 * @param at where the code size lies; sub-blocks follow
 * @throws Error when the data ends before, or a code stands for nothing
 */
export function readLzw(bytes: Uint8Array, at: number, indices: Uint8Array): void {
  const rootBits = bytes[at++] ?? 0;
  if (rootBits < 1 || rootBits > 8) throw new Error('the code size is none of GIF');
  const clear = 1 << rootBits;
  const end = clear + 1;
  // A code stands for the indices of another code and one more.
  const prefix = new Uint16Array(MAX_CODES);
  const suffix = new Uint8Array(MAX_CODES);
  const length = new Uint16Array(MAX_CODES);
  for (let code = 0; code < clear; code++) {
    suffix[code] = code;
    length[code] = 1;
  }
  let [next, codeBits, previous] = [clear + 2, rootBits + 1, -1];
  let [buffer, bits, blockLeft] = [0, 0, 0];
  let filled = 0;

  while (filled < indices.length) {
    while (bits < codeBits) {
      if (blockLeft === 0) blockLeft = bytes[at++] ?? 0;
      if (blockLeft === 0 || at >= bytes.length)
        throw new Error('the data ends before the image is complete');
      buffer |= (bytes[at++] as number) << bits;
      bits += 8;
      blockLeft -= 1;
    }
    const code = buffer & ((1 << codeBits) - 1);
    buffer >>>= codeBits;
    bits -= codeBits;
    if (code === end) throw new Error('the data ends before the image is complete');
    if (code === clear) {
      [next, codeBits, previous] = [clear + 2, rootBits + 1, -1];
      continue;
    }
    const isNew = code === next && previous >= 0;
    if (code >= next && !isNew) throw new Error('a code stands for nothing');
    // The code about to be made is the previous one with its own first index behind it.
    const known = isNew ? previous : code;
    const from = filled;
    filled += length[known] as number;
    let chain = known;
    for (let i = filled - 1; i >= from; i--) {
      // Writing beyond the end of a typed array does nothing.
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
      if (next === 1 << codeBits && codeBits < 12) codeBits += 1;
    }
    previous = code;
  }
}
