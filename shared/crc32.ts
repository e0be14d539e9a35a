/** @file The checksum of PNG chunks (W3C, Portable Network Graphics, annex D). */

/** The CRC-32 of each byte. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** Returns the CRC-32 of bytes that follow each other, an unsigned integer. */
export function crc32(...parts: Uint8Array[]): number {
  let crc = -1;
  for (const part of parts)
    for (const byte of part) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 255] as number);
  return ~crc >>> 0;
}
