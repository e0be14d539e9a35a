/** @file Opens the decoders of image files. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compileDecoder } from '#shared/decode/compile.ts';
import type { EstimatingDecoder } from '#shared/decode/decoder.ts';

/** Compiles the decoders of all formats. */
export async function openDecoder(): Promise<EstimatingDecoder> {
  const read = async (file: string) =>
    new Uint8Array(await readFile(fileURLToPath(import.meta.resolve(file))));
  return compileDecoder(read);
}
