/** @file The visitor's image in a link to /explore. Its state (web/explore/state.ts) is in the fragment. */
import { type AbstentionReason, PHOTO_FLAWS } from '#shared/abstention.ts';

/** Largest input that a link holds, in bytes: 64 × 64 pixels in colour. */
const MAX_BYTES = 3 * 64 * 64;

/** Writes the network's input as base64url without padding (RFC 4648, section 5); empty for an input that is too large. */
export const writePixels = (image: Uint8Array): string =>
  image.length > MAX_BYTES
    ? ''
    : btoa(String.fromCharCode(...image)).replace(/[+/=]/g, (c) => ({ '+': '-', '/': '_' })[c] ?? '');

export const readPixels = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replace(/[-_]/g, (c) => (c === '-' ? '+' : '/'))), (c) => c.charCodeAt(0));

/**
 * Returns the address at which /explore shows the visitor's image.
 * @param image the network's input; if it is not known yet, /explore makes it from the handed photo
 * @param abstained why the model declined to answer, if it did
 * @param model its name, if it is not the site's own model
 */
export function explorerLink(
  image?: Uint8Array,
  abstained: AbstentionReason | null = null,
  model?: string | null,
): string {
  const text = image ? writePixels(image) : '';
  const pixels = text && `&pixels=${text}`;
  // /explore computes the scores itself, and with them the other reasons.
  const flaw = PHOTO_FLAWS.find((reason) => reason === abstained);
  const query = !model ? '' : `?${new URLSearchParams({ model })}`;
  return `/explore${query}#?image=own${pixels}${flaw ? `&flaw=${flaw}` : ''}`;
}
