/**
 * @file The AVIF codec: @jsquash/avif's WebAssembly decoder (libavif with libaom). It does not apply rotations and mirrorings.
 */
import avif from '@jsquash/avif/codec/dec/avif_dec.js';
import type { Codec } from '../codec.ts';
import { instantiateEmscripten } from '../emscripten.ts';
import type { AvifHeader } from './header.ts';

const BITS_PER_CHANNEL = 8;

export async function instantiateAvif(module: WebAssembly.Module): Promise<Codec<AvifHeader>> {
  const instance = await instantiateEmscripten(avif, module, BITS_PER_CHANNEL);
  return {
    ...instance,
    decode: (bytes, { isSequence }) => instance.decode(isSequence ? asStill(bytes) : bytes, undefined),
  };
}

/** Returns a copy with the major brand of still images. The decoder then decodes the still image instead of the sequence. */
function asStill(bytes: Uint8Array): Uint8Array {
  const still = bytes.slice();
  still.set(new TextEncoder().encode('avif'), 8);
  return still;
}
