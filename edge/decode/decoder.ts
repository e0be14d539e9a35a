/** @file Bytes of an image → pixels: the usual formats here, with decoders that workerd has compiled, the others in their Worker. */
import jpegWasm from '@cwasm/jpeg-turbo/jpeg-turbo.wasm?module';
import pngWasm from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm?module';
import { createDecoder, type Decoder } from '#shared/decode/decoder.ts';
import { gifDecoder } from '#shared/decode/gif/decoder.ts';
import { jpegDecoder } from '#shared/decode/jpeg/decoder.ts';
import { pngDecoder } from '#shared/decode/png/decoder.ts';
import { serviceDecoder } from './service.ts';

/** Told apart by their own bytes, whatever the request says of them. */
export const decoder: Decoder = createDecoder({
  jpeg: jpegDecoder(jpegWasm),
  png: pngDecoder(pngWasm),
  gif: gifDecoder,
  webp: serviceDecoder('webp'),
  avif: serviceDecoder('avif'),
});
