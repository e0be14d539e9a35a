/** @file A worker thread that decodes image files and prepares them for a network. */
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { ExplainedError } from '#shared/errors.ts';
import { neededEdge } from '#shared/input/prepare.ts';
import type { PictureInput } from '#shared/input/preprocessing.ts';
import { openDecoder } from '../../decoder.ts';
import { openPreparation } from '../../preparation.ts';
import type { DecodeResult, DecodeTask } from './decode.ts';
import { sha256Of } from './digest.ts';

const input = workerData as PictureInput;
const edge = neededEdge(input);
const [decoder, prepare] = await Promise.all([openDecoder(), openPreparation()]);

async function decode({ path, digest }: DecodeTask): Promise<DecodeResult> {
  try {
    const bytes = await readFile(path);
    if (sha256Of(bytes) !== digest) return { why: 'changed while it was read' };
    const pixels = await decoder.decode(bytes, (pixels) => prepare(pixels, input).image, { edge });
    return { pixels };
  } catch (error) {
    if (error instanceof ExplainedError && error.kind === 'image') return { why: error.message };
    return { why: (error as NodeJS.ErrnoException).code ?? (error as Error).message };
  }
}

parentPort?.on('message', async (task: DecodeTask) => {
  const result = await decode(task);
  parentPort?.postMessage(result, 'pixels' in result ? [result.pixels.buffer as ArrayBuffer] : []);
});
