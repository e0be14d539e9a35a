/** @file Base64 in JSON → bytes, as part of a zod schema. */
import * as z from 'zod/mini';
import { once } from '#shared/once.ts';

/** Bytes of a text in base64 (RFC 4648, section 4), without a `data:` prefix. */
export const Base64 = once(() =>
  z.pipe(
    z.string().check(z.meta({ contentEncoding: 'base64', description: 'Bytes of an image file.' })),
    z.transform((text: string, { issues }) => {
      try {
        return bytesOf(text);
      } catch {
        issues.push({ code: 'custom', message: 'expected base64 without a data: prefix', input: text });
        return z.NEVER;
      }
    }),
  ),
);

/**
 * Bytes of a base64 text. A loop, since `Uint8Array.from` goes through an iterator: seconds of CPU for the largest body.
 * @throws DOMException when it is none
 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
