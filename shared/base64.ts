/** @file Base64 (RFC 4648, section 4) → bytes, in Workers and browsers. */

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
