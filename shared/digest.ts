/** @file SHA-256 through Web Crypto, which Node, workerd and browsers all have. */

/** Lower-case hex SHA-256 of `bytes`: the name of everything stored by content. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
