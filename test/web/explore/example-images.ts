/** @file The example images, prepared by the photo pipeline of the Worker. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { compileDecoder } from '#shared/decode/compile.ts';
import { copyPixels } from '#shared/decode/pixels.ts';
import { lazy } from '#shared/lazy.ts';
import { openPipeline } from '../../../train/preparation.ts';
import { EXAMPLES } from '../../../web/site/pages/examples.ts';

export const EXAMPLE_NAMES = EXAMPLES.map(({ name }) => name);

const decoder = lazy(() => {
  const { resolve } = createRequire(import.meta.url);
  return compileDecoder(async (specifier) => new Uint8Array(await readFile(resolve(specifier))));
});

async function pixelsOfExample(name: string) {
  return (await decoder()).decode(new Uint8Array(await readFile(`examples/${name}.png`)), copyPixels);
}

/** Returns the network's input for an example, 28 × 28 bytes. */
export const imageOfExample = async (name: string): Promise<Uint8Array> =>
  (await openPipeline())(await pixelsOfExample(name)).image;
