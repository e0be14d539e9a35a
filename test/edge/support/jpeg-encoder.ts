/** @file Initializes the JPEG encoder of the fixtures in workerd. */
import encoderWasm from '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm?module';
import { init } from '@jsquash/jpeg/encode.js';

export async function initJpegEncoder(): Promise<void> {
  await init(encoderWasm as object);
  // The encoder leaves an incomplete `location` behind. Test files share an isolate, and the validator of the API's document parses it.
  Reflect.deleteProperty(globalThis, 'location');
}
