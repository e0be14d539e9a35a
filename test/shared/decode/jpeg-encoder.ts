/** @file Initializes the JPEG encoder of test/fixtures/images.ts in Node. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { init } from '@jsquash/jpeg/encode.js';

export async function initJpegEncoder(): Promise<void> {
  const module = import.meta.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
  const { buffer } = new Uint8Array(await readFile(fileURLToPath(module)));
  await init({ wasmBinary: buffer });
}
