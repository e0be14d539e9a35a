/** @file Decodes images: JPEG, PNG and GIF in this Worker, WebP and AVIF in the decoders' Worker. */
import jpegWasm from '@cwasm/jpeg-turbo/jpeg-turbo.wasm?module';
import pngWasm from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm?module';
import { createDecoder, type Decoder } from '#shared/decode/decoder.ts';
import { gifDecoder } from '#shared/decode/gif/decoder.ts';
import { jpegDecoder } from '#shared/decode/jpeg/decoder.ts';
import { pngDecoder } from '#shared/decode/png/decoder.ts';
import { serviceDecoder } from './service.ts';

/** Detects the format from the first bytes, not from the content type of the request. */
export const decoder: Decoder = createDecoder({
  jpeg: jpegDecoder(jpegWasm),
  png: pngDecoder(pngWasm),
  gif: gifDecoder,
  webp: serviceDecoder('webp'),
  avif: serviceDecoder('avif'),
});
