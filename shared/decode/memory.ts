/**
 * @file The memory in which all decoders of an isolate work, one file at a time.
 *
 * Memory of WebAssembly never shrinks, and V8 does not collect an unused one within a request. So there is only one. A new instance
 * of the decoder decodes each file in this memory: an instance that fails costs no memory and leaves no state to the next file.
 */
import { lazy } from '../lazy.ts';
import { ImageError } from './image-error.ts';
import type { Pace } from './pace.ts';

/**
 * Largest size of the memory, in bytes. An isolate has 128 MB for everything. The size in a file's container can be smaller than
 * the image that it contains, so that a decoder can need more than the limits of limits.ts allow.
 */
export const MAX_DECODER_BYTES = 64_000_000;

const PAGE_BYTES = 65_536;

/** Returns the memory. Its buffer changes whenever it grows. */
export const decoderMemory = lazy(
  () => new WebAssembly.Memory({ initial: 1, maximum: Math.floor(MAX_DECODER_BYTES / PAGE_BYTES) }),
);

/** `step` of the work on the file that is in the memory. */
let holder: (() => void) | undefined;
/** How often it was called. */
let steps = 0;
/** How many large files wait for the memory. */
let waiting = 0;

/**
 * How often a file that waits sees no step before it takes the memory. In a Worker, the platform can end a request at any time, and one request
 * cannot await another's promises. Work that waits for its turn makes a step each millisecond that the event loop is free.
 */
const LOST_AFTER = 10;

/** Milliseconds after which a file that waits looks again, and the most for one of many large ones, which small ones pass. */
const POLL_MS = 5;
const LONGEST_POLL_MS = 100;

/**
 * Runs `work` when no other file is in the memory.
 * @param work calls `step` whenever it goes on, which throws when another file has the memory by then
 */
export async function withMemory<T>(isLarge: boolean, work: (step: () => void) => Promise<T>): Promise<T> {
  if (holder) await untilFree(isLarge);
  const step = () => {
    if (holder !== step) throw new Error('the work on an image has waited for too long');
    steps += 1;
  };
  holder = step;
  step();
  try {
    return await work(step);
  } finally {
    if (holder === step) holder = undefined;
  }
}

/** Resolves when the memory is free, or has a file whose work is lost. */
async function untilFree(isLarge: boolean): Promise<void> {
  if (isLarge) waiting += 1;
  for (let unmoved = 0, seen = steps; holder && unmoved < LOST_AFTER; seen = steps) {
    const poll = isLarge ? Math.min(POLL_MS * waiting, LONGEST_POLL_MS) : POLL_MS;
    await new Promise((resume) => setTimeout(resume, poll));
    unmoved = steps === seen ? unmoved + 1 : 0;
  }
  if (isLarge) waiting -= 1;
}

/** Grows the memory to at least this size. @throws ImageError of kind `too-large` when it cannot grow */
export function growTo(bytes: number): void {
  const memory = decoderMemory();
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing <= 0) return;
  try {
    memory.grow(missing);
  } catch (cause) {
    throw exhausted(cause);
  }
}

/** The error for a file whose decoding needs more memory. */
export function exhausted(cause?: unknown): ImageError {
  return new ImageError('too-large', {
    what: 'decoding the image needs too much memory',
    expected: `at most ${MAX_DECODER_BYTES} bytes`,
    got: 'more',
    next: 'Scale the image down, or convert it to an ordinary JPEG.',
    cause,
  });
}

/** What a module expects of a new memory. */
export interface InitialMemory {
  /** The module's minimum, in pages of 64 KiB. */
  pages: number;
  /** End of its variables and its stack, in bytes: they must be 0. The heap follows. */
  heapStart: number;
}

/**
 * Creates an instance of a decoder in the memory. The files of earlier instances are lost.
 * @param module imports its memory, and calls the import `pause` after each piece of work
 * @param share part of the work on the file that a piece is
 * @throws WebAssembly.LinkError when the module has other imports, or needs more pages
 */
export function instantiate(
  module: WebAssembly.Module,
  { pages, heapStart }: InitialMemory,
  imports: WebAssembly.Imports,
  pace: Pace,
  share: number,
): WebAssembly.Instance {
  const memory = decoderMemory();
  growTo(pages * PAGE_BYTES);
  new Uint8Array(memory.buffer, 0, heapStart).fill(0);
  const pause = pace.importing(() => pace.spend(share));
  return new WebAssembly.Instance(module, { ...imports, decoder: { ...imports.decoder, memory, pause } });
}

/**
 * Returns a part of the memory, set to 0, for the pixels of a decoder without WebAssembly and for copies.
 * @param pixels must not change, wherever they are
 * @returns the part, and a valid view of `pixels`: growing the memory invalidates earlier views
 * @throws ImageError of kind `too-large` when there is no room beside `pixels`
 */
export function takeMemory<T extends Uint8Array | Uint8ClampedArray>(
  bytes: number,
  pixels: T,
): { taken: Uint8ClampedArray<ArrayBuffer>; pixels: T | Uint8ClampedArray } {
  const memory = decoderMemory();
  const { byteOffset, byteLength } = pixels;
  const isInside = pixels.buffer === memory.buffer;
  const start = !isInside || bytes <= byteOffset ? 0 : (byteOffset + byteLength + 3) & ~3;
  growTo(start + bytes);
  const taken = new Uint8ClampedArray(memory.buffer, start, bytes).fill(0);
  return { taken, pixels: isInside ? new Uint8ClampedArray(memory.buffer, byteOffset, byteLength) : pixels };
}
