/** @file Grey pixels → a PNG file (W3C, "Portable Network Graphics", third edition), where there is no zlib: Workers and browsers. */
import { buf as crc32 } from 'crc-32';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** @param pixels [height, width] in 0..255, white is 255 */
export async function greyPng(pixels: Uint8Array, width: number): Promise<Uint8Array<ArrayBuffer>> {
  const height = pixels.length / width;
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8); // bits a sample; the zeros after it: grey, deflate, the five filters, not interlaced
  // Before each row stands its filter: 0, none.
  const rows = new Uint8Array(height * (1 + width));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (1 + width) + 1);
  const data = new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate'));
  const file = new Blob([
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('IDAT', new Uint8Array(await new Response(data).arrayBuffer())),
    chunk('IEND', new Uint8Array(0)),
  ]);
  return new Uint8Array(await file.arrayBuffer());
}

/** Length, type, data, and the checksum of the last two. */
function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setInt32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}
