/** @file Checks that an ONNX file is the one that a manifest describes. */
import { sha256 } from '../digest.ts';
import type { Manifest } from '../manifest.ts';

/** How a file differs from the one that was expected. */
export interface WeightsFault {
  expected: string;
  got: string;
}

/** Returns how a file differs from the manifest's; undefined if it is that file. */
export async function weightsFault(
  { version, bytes }: Pick<Manifest, 'version' | 'bytes'>,
  file: Uint8Array<ArrayBuffer>,
): Promise<WeightsFault | undefined> {
  if (file.length !== bytes) return { expected: `${bytes} bytes of weights`, got: `${file.length}` };
  const digest = await sha256(file);
  return digest === version ? undefined : { expected: `SHA-256 ${version}`, got: digest };
}
