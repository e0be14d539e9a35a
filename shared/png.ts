/** @file Encodes grey pixels as PNG (W3C, "Portable Network Graphics", third edition) without zlib, for Workers and browsers. */
import { buf as crc32 } from 'crc-32';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Encodes a grey image.
 * @param pixels [height, width], 0 is black and 255 white
 */
export async function greyPng(pixels: Uint8Array, width: number): Promise<Uint8Array<ArrayBuffer>> {
  const height = pixels.length / width;
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8); // bits per sample; the zeros that follow mean grey, deflate, filter method 0, not interlaced
  // Each row begins with its filter type: 0 for none.
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

/** Returns a chunk: length, type, data, and a checksum of type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setInt32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}
