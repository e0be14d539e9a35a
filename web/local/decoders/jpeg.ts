/** @file Decoder for JPEG files. */
import * as turbo from '#shared/decode/build/jpeg.wasm?url';
import { jpegDecoder } from '#shared/decode/jpeg/decoder.ts';
import * as reduced from '#shared/decode/jpeg/reduced/build/reduced.wasm?url';
import { compile } from '../wasm.ts';

export const open = async () => jpegDecoder(...(await Promise.all([compile(turbo), compile(reduced)])));
