/** @file The network's input in a link to /explore: 28 × 28 bytes as base64url without padding (RFC 4648, section 5). */

export const writePixels = (image: Uint8Array): string =>
  btoa(String.fromCharCode(...image)).replace(/[+/=]/g, (c) => ({ '+': '-', '/': '_' })[c] ?? '');

export const readPixels = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replace(/[-_]/g, (c) => (c === '-' ? '+' : '/'))), (c) => c.charCodeAt(0));
