/** @file SHA-256 with Web Crypto, which Node, workerd and browsers all have. */

/** Returns the SHA-256 of `bytes` in lower-case hex: the name of an object that is stored by its content. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
