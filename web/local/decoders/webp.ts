/** @file Decoder for WebP files. */
import * as file from '#shared/decode/build/webp.wasm?url';
import { webpDecoder } from '#shared/decode/webp/decoder.ts';
import { compile } from '../wasm.ts';

export const open = async () => webpDecoder(await compile(file));
