/**
 * @file Rejects decompression bombs: PNGs whose data inflates to far more bytes than their pixels need. The decoder would inflate
 * all of it.
 */
import { ImageError } from '../image-error.ts';
import type { PngHeader } from './header.ts';

/** Maximum number of bytes that one byte of a deflate stream can inflate to (RFC 1951: 258 bytes from two bits). */
const MAX_EXPANSION = 1032;

/** Excess bytes that need no check: the decoder inflates them in half a second. */
const HARMLESS_BYTES = 2 ** 30;

/** Excess bytes that are tolerated, because some encoders write them. */
const TOLERATED_BYTES = 2 ** 16;

/** Compressed bytes that are inflated at a time. Their result is in memory at once. */
const PIECE_BYTES = 2 ** 14;

/**
 * Inflates the data and checks its length, when the file is large enough for a bomb (1 MB). Stops at the size that the header
 * implies.
 * @throws ImageError with the fault `too-large`
 */
export async function checkInflatedSize(bytes: Uint8Array, header: PngHeader): Promise<void> {
  const compressed = header.data.reduce((sum, { start, end }) => sum + end - start, 0);
  if (compressed * MAX_EXPANSION <= header.inflatedBytes + HARMLESS_BYTES) return;
  const limit = header.inflatedBytes + TOLERATED_BYTES;
  if ((await inflatedLength(pieces(bytes, header), limit)) <= limit) return;
  throw new ImageError('too-large', {
    what: 'the PNG contains more data than its pixels need',
    expected: `at most ${limit} bytes after inflation`,
    got: 'more',
    next: 'Save the image again with another program.',
  });
}

/** Returns the inflated length, or any length above `limit`. Damaged data ends early; the decoder will reject it. */
async function inflatedLength(pieces: Iterable<Uint8Array<ArrayBuffer>>, limit: number): Promise<number> {
  const inflater = new DecompressionStream('deflate');
  const writer = inflater.writable.getWriter();
  const reader = inflater.readable.getReader();
  const feed = async () => {
    for (const piece of pieces) await writer.write(piece);
    await writer.close();
  };
  const fed = feed().catch(() => {});
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done && length <= limit; next = await reader.read()) {
      length += next.value.length;
    }
    await reader.cancel();
  } catch {
    // Damaged data: the decoder reports it.
  }
  await writer.abort().catch(() => {});
  await fed;
  return length;
}

function* pieces(bytes: Uint8Array, { data }: PngHeader): Generator<Uint8Array<ArrayBuffer>> {
  for (const { start, end } of data) {
    for (let at = start; at < end; at += PIECE_BYTES) yield bytes.slice(at, Math.min(end, at + PIECE_BYTES));
  }
}
