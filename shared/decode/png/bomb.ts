/**
 * @file Guards against compressed pixels that inflate to far more than the header says: the decoder inflates them to their
 * end, whatever they are.
 */
import { ImageError } from '../image-error.ts';
import type { PngHeader } from './header.ts';

/** Most that a byte of a deflate stream inflates to (RFC 1951: 258 bytes from two bits). */
const MAX_EXPANSION = 1032;

/** Bytes in excess that are not worth a look: the decoder inflates them in a half a second. */
const HARMLESS_BYTES = 2 ** 30;

/** Bytes in excess that are some encoder's habit. */
const TOLERATED_BYTES = 2 ** 16;

/** What is inflated at a time; its result is in memory at once. */
const PIECE_BYTES = 2 ** 14;

/**
 * Inflates once, to no more than the header's size, where the file is large enough to hold a bomb (1 MB).
 * @throws ImageError, fault `too-large`
 */
export async function refuseBomb(bytes: Uint8Array, header: PngHeader): Promise<void> {
  const compressed = header.data.reduce((sum, { start, end }) => sum + end - start, 0);
  if (compressed * MAX_EXPANSION <= header.inflatedBytes + HARMLESS_BYTES) return;
  const limit = header.inflatedBytes + TOLERATED_BYTES;
  if ((await inflatedLength(pieces(bytes, header), limit)) <= limit) return;
  throw new ImageError('too-large', {
    what: 'the PNG holds more data than pixels',
    expected: `at most ${limit} bytes, inflated`,
    got: 'more',
    next: 'Save the image anew.',
  });
}

/** Counts until the end, or until more than `limit` is there. What is damaged ends early: the decoder will say so. */
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
    // Damaged data.
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
