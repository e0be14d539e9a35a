/** @file Decoder for AVIF files. */

import { avifDecoder } from '#shared/decode/avif/decoder.ts';
import * as file from '#shared/decode/build/avif.wasm?url';
import { compile } from '../wasm.ts';

export const open = async () => avifDecoder(await compile(file));
