/** @file The PNG encoder of explanations, checked with Node's zlib. */
import { crc32, inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { pngUri } from '#shared/png.ts';

/** Returns the chunks of a file with their stored checksums. */
function chunksOf(file: Buffer) {
  const chunks: { type: string; data: Buffer; typed: Buffer; checksum: number }[] = [];
  for (let at = 8; at < file.length; ) {
    const end = at + 8 + file.readUInt32BE(at);
    const typed = file.subarray(at + 4, end);
    chunks.push({
      type: typed.toString('latin1', 0, 4),
      data: typed.subarray(4),
      typed,
      checksum: file.readUInt32BE(end),
    });
    at = end + 4;
  }
  return chunks;
}

it.each([1, 3] as const)('encodes pixels of %d channels with the checksums of zlib', async (channels) => {
  const [height, width] = [37, 53];
  const pixels = Uint8Array.from({ length: channels * height * width }, (_, i) => (i * 7919) >> 3);
  const uri = await pngUri(pixels, [channels, height, width]);
  const chunks = chunksOf(Buffer.from(uri.replace('data:image/png;base64,', ''), 'base64'));
  expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'IDAT', 'IEND']);
  for (const { typed, checksum } of chunks) expect(checksum).toBe(crc32(typed));

  const rows = inflateSync(chunks[1]?.data ?? '');
  const decoded = Array.from({ length: pixels.length }, (_, i) => {
    const [channel, pixel] = [Math.floor(i / (height * width)), i % (height * width)];
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    return rows[y * (1 + channels * width) + 1 + channels * x + channel];
  });
  expect(decoded).toEqual([...pixels]);
});
