/**
 * @file Estimates the CPU time of decoding from the header, so that a request can be refused before it is decoded.
 *
 * The estimates are upper bounds for hostile files, measured on one core of a slow server: flat pictures give the time per pixel,
 * noise the time per byte.
 */
import type { Size } from './pixels.ts';

/** CPU time in nanoseconds. */
export interface DecodeCost {
  pixel: number;
  /** For each byte of the file. */
  byte: number;
}

/** Milliseconds that the photo pipeline takes for a decoded image. */
const PIPELINE_MS = 10;

/**
 * Most milliseconds that one image may take. An isolate handles no other request meanwhile. Photos of 24 megapixels with 10 scans are
 * within the limit, and so are opaque AVIFs of 2 megapixels with 3 bits a pixel.
 */
export const MAX_IMAGE_MS = 1000;

/** Returns the estimate for a file in milliseconds, including the photo pipeline. */
export function estimateCost({ width, height }: Size, bytes: number, { pixel, byte }: DecodeCost): number {
  return PIPELINE_MS + (pixel * width * height + byte * bytes) / 1e6;
}
