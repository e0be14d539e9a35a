/** @file Decoder for JPEG files. */
import * as turbo from '#shared/decode/build/jpeg.wasm?url';
import { jpegDecoder } from '#shared/decode/jpeg/decoder.ts';
import * as eighth from '#shared/decode/jpeg/eighth/build/eighth.wasm?url';
import { compile } from '../wasm.ts';

export const open = async () => jpegDecoder(...(await Promise.all([compile(turbo), compile(eighth)])));
