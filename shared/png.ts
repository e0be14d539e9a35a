/** @file Encodes pixels as PNG (W3C, "Portable Network Graphics", third edition) without zlib, for Workers and browsers. */
import { crc32 } from './crc32.ts';
import type { ImageShape } from './input/preprocessing.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Colour types of PNG by number of channels: grey and RGB. */
const COLOUR_TYPES = { 1: 0, 3: 2 } as const;

/**
 * Encodes an image.
 * @param pixels [channels, height, width], 0 is black and 255 white
 */
async function encodePng(pixels: Uint8Array, shape: ImageShape): Promise<Uint8Array<ArrayBuffer>> {
  const [channels, height, width] = shape;
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8); // bits per sample; the zeros at the end mean deflate, filter method 0, not interlaced
  header.setUint8(9, COLOUR_TYPES[channels]);
  // Each row begins with its filter type: 0 for none.
  const rowBytes = 1 + channels * width;
  const rows = new Uint8Array(height * rowBytes);
  for (let i = 0; i < height * width; i++) {
    const at = Math.floor(i / width) * rowBytes + 1 + channels * (i % width);
    for (let channel = 0; channel < channels; channel++) {
      rows[at + channel] = pixels[channel * height * width + i] as number;
    }
  }
  const data = new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate'));
  const file = new Blob([
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('IDAT', new Uint8Array(await new Response(data).arrayBuffer())),
    chunk('IEND', new Uint8Array(0)),
  ]);
  return new Uint8Array(await file.arrayBuffer());
}

/** Returns an image as a data URL of a PNG file. */
export async function pngUri(pixels: Uint8Array, shape: ImageShape): Promise<string> {
  let characters = '';
  for (const byte of await encodePng(pixels, shape)) characters += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(characters)}`;
}

/** Returns a chunk: length, type, data, and a checksum of type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}
