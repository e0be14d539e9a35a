/**
 * @file The AVIF codec: @jsquash/avif's WebAssembly decoder (libavif with libaom). It does not apply rotations and mirrorings.
 */
import type { Codec } from '../codec.ts';
import { emscriptenCodec } from '../emscripten.ts';
import type { InitialMemory } from '../memory.ts';
import type { AvifHeader } from './header.ts';

const BITS_PER_CHANNEL = 8;

/** The heap follows the stack: this is the first value of the module's stack pointer. */
const INITIAL: InitialMemory = { pages: 256, heapStart: 5_867_488 };

/** Pixels between two pauses, about (infra/tools/decoders.ts). */
const PAUSE_PIXELS = 700;

export function avifCodec(module: WebAssembly.Module): Codec<AvifHeader> {
  const decode = emscriptenCodec(module, INITIAL, BITS_PER_CHANNEL);
  return (bytes, header, _, pace) =>
    decode(header.isSequence ? asStill(bytes) : bytes, pace, PAUSE_PIXELS / header.framePixels);
}

/** Returns a copy with the major brand of still images. The decoder then decodes the still image instead of the sequence. */
function asStill(bytes: Uint8Array): Uint8Array {
  const still = bytes.slice();
  still.set(new TextEncoder().encode('avif'), 8);
  return still;
}
