/**
 * @file The WebP codec: @jsquash/webp's WebAssembly decoder (libwebp). It supports still files only, so an animation's first
 * frame becomes one.
 */
import type { Codec } from '../codec.ts';
import { emscriptenCodec } from '../emscripten.ts';
import { ImageError } from '../image-error.ts';
import { type InitialMemory, takeMemory } from '../memory.ts';
import type { Pixels, Size } from '../pixels.ts';
import type { WebpFrame, WebpHeader } from './header.ts';

/** The heap follows the stack: this is the first value of the module's stack pointer. */
const INITIAL: InitialMemory = { pages: 256, heapStart: 78_832 };

/** Rows of pixels between two pauses (infra/tools/decoders.ts). */
const PAUSE_ROWS = 16;

/**
 * Most Huffman codes of a lossless file. libwebp writes at most 2,600 groups of five codes (MAX_HUFF_IMAGE_SIZE), but 160 kB can have 65,536
 * groups, which take 0.3 seconds.
 */
const MAX_CODES = 16_384;

/** Returns the import that counts codes. */
function countCode(): () => void {
  let codes = 0;
  return () => {
    codes += 1;
    if (codes > MAX_CODES) throw tooManyCodes();
  };
}

const tooManyCodes = () =>
  new ImageError('too-large', {
    what: 'the WebP takes too long to decode',
    expected: `at most ${MAX_CODES} Huffman codes`,
    got: 'more',
    next: 'Save the image again.',
  });

export function webpCodec(module: WebAssembly.Module): Codec<WebpHeader> {
  const decode = emscriptenCodec(module, INITIAL);
  return async (bytes, { frame, ...canvas }, _, pace) => {
    const share = PAUSE_ROWS / canvas.height;
    const pixels = await decode(frame ? stillFile(frame) : bytes, pace, share, { countCode: countCode() });
    return pixels && frame ? placeOnCanvas(pixels, frame, canvas) : pixels;
  };
}

/** Returns a still file of one frame: a VP8X chunk with the frame's size, then the frame's chunks. */
function stillFile({ width, height, chunks }: WebpFrame): Uint8Array {
  const file = new Uint8Array(30 + chunks.length);
  const view = new DataView(file.buffer);
  const text = (at: number, text: string) => file.set(new TextEncoder().encode(text), at);
  text(0, 'RIFF');
  view.setUint32(4, file.length - 8, true);
  text(8, 'WEBPVP8X');
  view.setUint32(16, 10, true);
  const ALPHA = 0x10;
  view.setUint32(20, ALPHA, true);
  view.setUint32(24, width - 1, true);
  view.setUint16(27, (height - 1) & 0xffff, true);
  view.setUint8(29, (height - 1) >> 16);
  file.set(chunks, 30);
  return file;
}

/** Returns a transparent canvas with the frame on it. */
function placeOnCanvas(pixels: Pixels, frame: WebpFrame, canvas: Size): Pixels {
  if (pixels.width === canvas.width && pixels.height === canvas.height) return pixels;
  const { taken, pixels: data } = takeMemory(4 * canvas.width * canvas.height, pixels.data);
  for (let y = 0; y < pixels.height; y++) {
    const row = data.subarray(4 * y * pixels.width, 4 * (y + 1) * pixels.width);
    taken.set(row, 4 * ((frame.top + y) * canvas.width + frame.left));
  }
  return { ...canvas, data: taken };
}
