/** @file Decoder for PNG files. */
import * as file from '#shared/decode/png/build/png.wasm?url';
import { pngDecoder } from '#shared/decode/png/decoder.ts';
import { compile } from '../wasm.ts';

export const open = async () => pngDecoder(await compile(file));
