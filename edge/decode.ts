/** @file A request's body → pixels. Limits come before work: declared bytes, counted bytes, then the pixels of the header. */
import jpegWasm from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm?module';
import pngWasm from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm?module';
import { createDecoder } from '#shared/decode/decoder.ts';
import type { Pixels } from '#shared/decode/pixels.ts';
import { HttpProblem } from './problem.ts';

/** Most bytes of a request's body. */
export const MAX_BODY_BYTES = 10 * 2 ** 20;

/**
 * Of a body that turns out too large, as many bytes are read and thrown away, so that the connection can be used again: bytes
 * that nobody reads fail the next request on it. Cloudflare lets no more than this through (its limit for most plans).
 */
const MAX_DRAINED_BYTES = 100 * 2 ** 20;

/**
 * Most pixels of an image. An isolate has 128 MB for everything. Decoding takes up to 15 bytes a pixel (shared/decode/header.ts),
 * 90 MB for an image of this size; the rest is for the runtime and the body. workerd on a laptop enforces no such limit.
 */
export const MAX_IMAGE_PIXELS = 6_000_000;

const FIELD = 'image';

const decoder = createDecoder({ png: pngWasm, jpeg: jpegWasm }, MAX_IMAGE_PIXELS);

/**
 * Reads the image of a request: the body itself, or the field `image` of a multipart form.
 * @throws HttpProblem, ImageError
 */
export async function readImage(request: Request): Promise<Pixels> {
  const body = await readBody(request);
  if (body.length === 0) throw new HttpProblem('empty-body', 'Send the bytes of a PNG or JPEG file.');
  const type = request.headers.get('content-type') ?? '';
  // Only a form needs its type: what an image is, its own bytes say.
  const isForm = type.trim().toLowerCase().startsWith('multipart/form-data');
  return decoder.decode(isForm ? await formImage(body, type) : body);
}

async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get('content-length'));
  if (declared > MAX_BODY_BYTES) throw bodyTooLarge({ actual: declared });
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // Breaking off must not cancel the stream: that would cut the connection before the answer.
    for await (const chunk of request.body?.values({ preventCancel: true }) ?? []) {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (length > MAX_DRAINED_BYTES) break;
    }
  } catch (cause) {
    throw new HttpProblem('unreadable-body', 'The body ended before it was complete.', { cause });
  }
  if (length > MAX_BODY_BYTES) throw bodyTooLarge();
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

function bodyTooLarge(size: { actual?: number } = {}): HttpProblem {
  const detail = `The body has more than ${MAX_BODY_BYTES} bytes. Scale the image down.`;
  return new HttpProblem('body-too-large', detail, { members: { limit: MAX_BODY_BYTES, ...size } });
}

async function formImage(body: Uint8Array<ArrayBuffer>, type: string): Promise<Uint8Array> {
  let form: FormData;
  try {
    form = await new Response(body, { headers: { 'content-type': type } }).formData();
  } catch (cause) {
    throw new HttpProblem('malformed-form', 'The body is no multipart form of its content type.', { cause });
  }
  const [image, ...more] = form.getAll(FIELD);
  if (!(image instanceof File) || more.length > 0) {
    throw new HttpProblem(
      'malformed-form',
      `The form must have one field "${FIELD}", and it must be a file.`,
    );
  }
  return new Uint8Array(await image.arrayBuffer());
}
