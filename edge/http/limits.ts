/** @file Limits of one request, which keep an isolate below its 128 MB of memory. shared/decode/limits.ts limits the pixels of an image. */
import { HttpProblem } from './problem.ts';

/** Largest request body, in bytes. */
export const MAX_BODY_BYTES = 10 * 2 ** 20;

/** Maximum number of images in one request. They are decoded one after the other and share the CPU time of the request. */
export const MAX_IMAGES = 32;

/**
 * Maximum number of values in a JSON text. The largest batch of tensors has 25,088 numbers. Without this limit, a body of the maximum size
 * could contain three million empty arrays, each of which takes many times its three bytes in memory.
 */
export const MAX_JSON_VALUES = 2 ** 16;

/** Most CPU time that the images of one request may take together, in milliseconds. One image alone is limited by its pixels. */
export const MAX_DECODE_MS = 2000;

/**
 * Checks the work of a batch before it starts.
 * @param costs estimated CPU time of each image, in milliseconds
 * @throws HttpProblem `too-many-images`
 */
export function checkDecodeTime(costs: readonly number[]): void {
  const actual = Math.ceil(costs.reduce((a, b) => a + b, 0));
  if (costs.length <= 1 || actual <= MAX_DECODE_MS) return;
  const detail = `The request has images of more than ${MAX_DECODE_MS} ms of decoding time. Split it into several requests.`;
  throw new HttpProblem('too-many-images', detail, { members: { limit: MAX_DECODE_MS, actual } });
}

/** @throws HttpProblem `too-many-images` */
export function checkImageCount(actual: number): void {
  if (actual <= MAX_IMAGES) return;
  const detail = `The request has more than ${MAX_IMAGES} images. Split it into several requests.`;
  throw new HttpProblem('too-many-images', detail, { members: { limit: MAX_IMAGES, actual } });
}

/**
 * Estimates the number of values before parsing, by counting commas and opening brackets. Those inside strings count too; base64
 * contains none.
 * @throws HttpProblem `body-too-large`
 */
export function checkJsonSize(bytes: Uint8Array): void {
  let values = 0;
  // An iterator would allocate an object for each byte.
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === COMMA || byte === BRACKET || byte === BRACE) values += 1;
  }
  if (values <= MAX_JSON_VALUES) return;
  const members = { limit: MAX_JSON_VALUES, actual: values };
  const detail = `The JSON has more than ${MAX_JSON_VALUES} values. Send fewer images or tensors.`;
  throw new HttpProblem('body-too-large', detail, { members });
}

const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b];
