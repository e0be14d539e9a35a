/** @file The visitor's image in a link to /explore. Its state (web/explore/state.ts) is in the fragment. */
import type { AbstentionReason } from '#shared/abstention.ts';

/** Writes the network's input, 28 × 28 bytes, as base64url without padding (RFC 4648, section 5). */
export const writePixels = (image: Uint8Array): string =>
  btoa(String.fromCharCode(...image)).replace(/[+/=]/g, (c) => ({ '+': '-', '/': '_' })[c] ?? '');

export const readPixels = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replace(/[-_]/g, (c) => (c === '-' ? '+' : '/'))), (c) => c.charCodeAt(0));

/**
 * Returns the address at which /explore shows the visitor's image.
 * @param image the network's input; if it is not known yet, /explore makes it from the handed photo
 * @param abstained why the model declined to answer, if it did
 */
export function explorerLink(image?: Uint8Array, abstained: AbstentionReason | null = null): string {
  const pixels = image ? `&pixels=${writePixels(image)}` : '';
  // /explore computes the scores itself, and with them whether they are too low.
  const flaw = abstained && abstained !== 'low-score' ? `&flaw=${abstained}` : '';
  return `/explore#?image=own${pixels}${flaw}`;
}
