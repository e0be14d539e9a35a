/** @file Bytes of an image → pixels, with the decoders that workerd has compiled. */
import jpegWasm from '@cwasm/jpeg-turbo/jpeg-turbo.wasm?module';
import avifWasm from '@jsquash/avif/codec/dec/avif_dec.wasm?module';
import pngWasm from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm?module';
import webpWasm from '@jsquash/webp/codec/dec/webp_dec.wasm?module';
import { createDecoder, type Decoder } from '#shared/decode/decoder.ts';

/** Told apart by their own bytes, whatever the request says of them. */
export const decoder: Decoder = createDecoder({
  jpeg: jpegWasm,
  png: pngWasm,
  webp: webpWasm,
  avif: avifWasm,
});
