/** @file The scans of a JPEG: whether those of a progressive one are complete (ITU-T T.81, G.1.1), and which of them a reduced picture needs. */

export interface Scan {
  members: Member[];
  /** Coefficients in zigzag order, and the positions of their lowest bit before (0: none) and after the scan. Baseline: 0, 63, 0, 0. */
  first: number;
  last: number;
  high: number;
  low: number;
  /** MCUs from one restart marker to the next; 0 for none. */
  restartInterval: number;
  /** Offsets of the entropy-coded data in the file, and of the marker after it. */
  data: number;
  end: number;
}

/** A component of a scan. Offsets in the file of the counts of its Huffman tables. A progressive scan has at most one of them. */
export interface Member {
  index: number;
  dc: number | undefined;
  ac: number | undefined;
}

/** Highest position of the lowest bit for which all coefficients that can be written have 16 bits. Encoders write at most 3. */
const MAX_LOW = 5;

/** Returns whether the scans have all bits of all coefficients, in the order that the standard demands. */
export function isComplete(scans: readonly Scan[], components: number): boolean {
  /** Position of the lowest known bit of each coefficient; −1 before its first scan. */
  const known = Array.from({ length: components }, () => new Int8Array(64).fill(-1));
  for (const { members, first, last, high, low } of scans) {
    const isBand = first === 0 ? last === 0 : members.length === 1 && first <= last && last < 64;
    if (!isBand || low > MAX_LOW || (high > 0 && low !== high - 1)) return false;
    for (const { index } of members) {
      const bits = known[index] as Int8Array;
      if (first > 0 && bits[0] === -1) return false;
      if (bits.subarray(first, last + 1).some((bit) => bit !== (high || -1))) return false;
      bits.fill(low, first, last + 1);
    }
  }
  return known.every((bits) => bits.every((bit) => bit === 0));
}

/**
 * Returns the scans that determine the coefficients that the transforms need.
 * @param sizes samples along an edge that a block of each component becomes
 */
export function neededScans(scans: readonly Scan[], sizes: readonly number[]): Scan[] {
  const needed = sizes.map((size) => lastNeeded(size));
  // To add bits to a band, all its coefficients must be known.
  for (const { members, first, last } of [...scans, ...scans].reverse()) {
    for (const { index } of members)
      if (first <= (needed[index] as number)) needed[index] = Math.max(needed[index] as number, last);
  }
  return scans.filter(({ members, first }) =>
    members.some(({ index }) => first <= (needed[index] as number)),
  );
}

/** Returns the last coefficient in zigzag order that the transform to this size reads: of 3 × 3, the last one is number 12. */
function lastNeeded(size: number): number {
  if (size === 1) return 0;
  return size === 3 ? 12 : 63;
}
