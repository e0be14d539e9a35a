/** @file The checksum of PNG chunks (W3C, Portable Network Graphics, annex D). */

/** The CRC-32 of four bits. A table of 256 bytes would take 2 ms of a Worker's cold start. */
const TABLE = /* @__PURE__ */ Int32Array.from({ length: 16 }, (_, bits) => {
  let crc = bits;
  for (let bit = 0; bit < 4; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** Returns the CRC-32 of bytes that follow each other, an unsigned integer. */
export function crc32(...parts: Uint8Array[]): number {
  let crc = -1;
  for (const part of parts) {
    for (const byte of part) {
      crc ^= byte;
      crc = (crc >>> 4) ^ (TABLE[crc & 15] as number);
      crc = (crc >>> 4) ^ (TABLE[crc & 15] as number);
    }
  }
  return ~crc >>> 0;
}
