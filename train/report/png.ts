/** @file Encodes pixels as a PNG file (W3C, "Portable Network Graphics", third edition). */
import { crc32, deflateSync } from 'node:zlib';
import type { Shape } from '#shared/model/spec.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** @param pixels [height, width] in 0..255; 255 is white */
export function greyPng(pixels: Uint8Array, width: number): Buffer {
  return encode(pixels, width, { colourType: 0, channels: 1 });
}

/** @param pixels [height, width, 3]: red, green, blue in 0..255 */
export function colourPng(pixels: Uint8Array, width: number): Buffer {
  return encode(pixels, width, { colourType: 2, channels: 3 });
}

/** @param image [channels, height, width] in 0..255: grey, or red, green and blue */
export function planesPng(image: Uint8Array, [channels, height, width]: Shape): Buffer {
  if (channels === 1) return greyPng(image, width);
  const plane = height * width;
  const pixels = Uint8Array.from(image, (_, i) => image[(i % channels) * plane + Math.floor(i / channels)]);
  return colourPng(pixels, width);
}

function encode(
  pixels: Uint8Array,
  width: number,
  { colourType, channels }: { colourType: number; channels: number },
): Buffer {
  const stride = width * channels;
  const height = pixels.length / stride;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits per sample. The zeros that follow select deflate, the five filters, and no interlacing.
  header.set([8, colourType], 8);
  // Each row begins with the number of its filter; 0 is none.
  const rows = Buffer.alloc(height * (1 + stride));
  for (let y = 0; y < height; y++)
    rows.set(pixels.subarray(y * stride, (y + 1) * stride), y * (1 + stride) + 1);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}
