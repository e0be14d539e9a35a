/** @file Image files and requests for the tests of telemetry. */

import { greyPng, jpeg, paint } from '../../fixtures/images.ts';
import { initJpegEncoder } from '../support/jpeg-encoder.ts';

await initJpegEncoder();

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
