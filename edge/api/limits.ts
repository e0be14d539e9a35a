/** @file How much one request may ask for. An isolate has 128 MB of memory for everything; pixels are limited in decode.ts. */
import { HttpProblem } from '../problem.ts';

/** Most bytes of a request's body. */
export const MAX_BODY_BYTES = 10 * 2 ** 20;

/** Most images of one request, in whatever form they come: they are decoded one after the other, on one request's CPU time. */
export const MAX_IMAGES = 32;

/**
 * Most values of a JSON text. The largest batch of tensors has 25,088 numbers. Without a limit, a body of the largest size could
 * be three million empty lists, each many times its three bytes in memory.
 */
export const MAX_JSON_VALUES = 2 ** 16;

/** @throws HttpProblem `too-many-images` */
export function checkImageCount(actual: number): void {
  if (actual <= MAX_IMAGES) return;
  const detail = `The request has more than ${MAX_IMAGES} images. Send them in several requests.`;
  throw new HttpProblem('too-many-images', detail, { members: { limit: MAX_IMAGES, actual } });
}

/**
 * Counts what can begin a value, before any is made. Commas and brackets inside a text count, too; base64 has none.
 * @throws HttpProblem `body-too-large`
 */
export function checkJsonSize(bytes: Uint8Array): void {
  let values = 0;
  for (const byte of bytes) if (byte === COMMA || byte === BRACKET || byte === BRACE) values += 1;
  if (values <= MAX_JSON_VALUES) return;
  const members = { limit: MAX_JSON_VALUES, actual: values };
  throw new HttpProblem('body-too-large', `The JSON has more than ${MAX_JSON_VALUES} values.`, { members });
}

const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b];
