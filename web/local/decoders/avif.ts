/** @file Decoder for AVIF files. */
import * as file from '@jsquash/avif/codec/dec/avif_dec.wasm?url';
import { avifDecoder } from '#shared/decode/avif/decoder.ts';
import { compile } from '../wasm.ts';

export const open = async () => avifDecoder(await compile(file));
