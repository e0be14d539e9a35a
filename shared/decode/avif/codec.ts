/** @file One instance of @jsquash/avif's WebAssembly decoder (libavif with libaom). It leaves turns and mirrors to its caller. */
import avif from '@jsquash/avif/codec/dec/avif_dec.js';
import type { Codec } from '../codec.ts';
import { instantiateEmscripten } from '../emscripten.ts';
import type { AvifHeader } from './header.ts';

const BITS = 8;

export async function instantiateAvif(module: WebAssembly.Module): Promise<Codec<AvifHeader>> {
  const instance = await instantiateEmscripten(avif, module, BITS);
  return {
    ...instance,
    decode: (bytes, { isSequence }) => instance.decode(isSequence ? asStill(bytes) : bytes, undefined),
  };
}

/** The decoder takes the still image of a file whose major brand is not that of sequences. */
function asStill(bytes: Uint8Array): Uint8Array {
  const still = bytes.slice();
  still.set(new TextEncoder().encode('avif'), 8);
  return still;
}
