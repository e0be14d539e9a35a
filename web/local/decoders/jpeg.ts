/** @file Decoder for JPEG files. */
import * as file from '#shared/decode/build/jpeg.wasm?url';
import { jpegDecoder } from '#shared/decode/jpeg/decoder.ts';
import { compile } from '../wasm.ts';

export const open = async () => jpegDecoder(await compile(file));
