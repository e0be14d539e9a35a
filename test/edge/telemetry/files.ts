/** @file Image files and requests for the tests of telemetry. */
import encoderWasm from '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm?module';
import { init as initJpegEncoder } from '@jsquash/jpeg/encode.js';
import { greyPng, jpeg, paint } from '../../fixtures/images.ts';

await initJpegEncoder(encoderWasm as object);

export const pngFile = await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 200 : 0));
export const truncatedFile = pngFile.slice(0, 50);
export const jpegFile = await jpeg(paint(48, 48, (x) => (x > 20 ? [90, 40, 40] : [250, 250, 250])));

export const post = (body: BodyInit, headers: Record<string, string> = {}) => ({
  method: 'POST',
  body,
  headers,
});

export function form(...files: Uint8Array<ArrayBuffer>[]) {
  const form = new FormData();
  for (const file of files) form.append('image', new File([file], 'secret.png'));
  return form;
}
