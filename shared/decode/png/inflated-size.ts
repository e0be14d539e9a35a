/**
 * @file Rejects decompression bombs: PNGs whose data inflates to far more bytes than their pixels need. The decoder would inflate
 * all of it.
 */
import { ImageError } from '../image-error.ts';
import type { PngHeader } from './header.ts';

/** Maximum number of bytes that one byte of a deflate stream can inflate to (RFC 1951: 258 bytes from two bits). */
const MAX_EXPANSION = 1032;

/** Excess bytes that need no check: the decoder inflates them in 30 ms. */
const HARMLESS_BYTES = 2 ** 26;

/** Excess bytes that are tolerated: interlacing adds some, and some encoders write more than the rows. */
const TOLERATED_BYTES = 2 ** 17;

/** Compressed bytes that are inflated at a time. Their result, up to 1 MB, is in memory at once. */
const PIECE_BYTES = 2 ** 10;

/**
 * Inflates the data and checks its length, when the file is large enough for a bomb (65 kB). Stops at the size that the header
 * implies.
 * @throws ImageError with the fault `too-large`
 */
export async function checkInflatedSize(header: PngHeader): Promise<void> {
  const compressed = header.data.reduce((sum, { length }) => sum + length, 0);
  if (compressed * MAX_EXPANSION <= header.inflatedBytes + HARMLESS_BYTES) return;
  const limit = header.inflatedBytes + TOLERATED_BYTES;
  if ((await inflatedLength(pieces(header), limit)) <= limit) return;
  throw new ImageError('too-large', {
    what: 'the PNG contains more data than its pixels need',
    expected: `at most ${limit} bytes after inflation`,
    got: 'more',
    next: 'Save the image again with another program.',
  });
}

/** Returns the inflated length, or any length above `limit`. Damaged data ends early; the decoder will reject it. */
async function inflatedLength(pieces: Iterator<Uint8Array<ArrayBuffer>>, limit: number): Promise<number> {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const { done, value } = pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  const reader = source.pipeThrough(new DecompressionStream('deflate')).getReader();
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done && length <= limit; next = await reader.read()) {
      length += next.value.length;
    }
    await reader.cancel();
  } catch {
    // Damaged data: the decoder reports it.
  }
  return length;
}

function* pieces({ data }: PngHeader): Generator<Uint8Array<ArrayBuffer>> {
  for (const part of data) {
    for (let at = 0; at < part.length; at += PIECE_BYTES) yield part.slice(at, at + PIECE_BYTES);
  }
}
