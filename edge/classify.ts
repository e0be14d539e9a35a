/** @file Images → what the network says of them, in one run. */
import { detectFormat } from '#shared/decode/format.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import { IMAGE_PIXELS } from '#shared/labels.ts';
import { preparePhoto } from '#shared/photo/photo.ts';
import { decoder } from './decode/decoder.ts';
import { networkInput, type ServedModel } from './model.ts';
import { toProblem } from './problem.ts';
import type { RequestRecord } from './telemetry/request.ts';

/** An image as a request holds it. */
export interface Picture {
  /** A file of any format, or the 28 × 28 grey bytes that the network sees. */
  kind: 'file' | 'pixels';
  bytes: Uint8Array<ArrayBuffer>;
}

/** The logits of one picture. @throws ImageError */
export async function logitsOfOne(
  model: ServedModel,
  picture: Picture,
  record: RequestRecord,
): Promise<Float32Array> {
  return model.classifier.logits(networkInput(await prepare(picture, record)), 1);
}

/**
 * The logits of each picture, or why it has none. They are decoded one after the other, so that only one has its pixels in
 * memory.
 */
export async function logitsOfEach(
  { classifier }: ServedModel,
  pictures: readonly Picture[],
  record: RequestRecord,
): Promise<(Float32Array | ImageError)[]> {
  const prepared: (Uint8Array | ImageError)[] = [];
  for (const picture of pictures) prepared.push(await prepare(picture, record).catch(asImageError));
  const images = prepared.filter((image) => image instanceof Uint8Array);
  if (images.length === 0) return prepared as ImageError[];
  const inputs = new Float32Array(images.length * IMAGE_PIXELS);
  for (const [i, image] of images.entries()) inputs.set(networkInput(image), i * IMAGE_PIXELS);
  const logits = await classifier.logits(inputs, images.length);
  const classes = logits.length / images.length;
  let read = 0;
  return prepared.map((image) => {
    if (image instanceof ImageError) return image;
    read += 1;
    return logits.subarray((read - 1) * classes, read * classes);
  });
}

async function prepare({ kind, bytes }: Picture, { images }: RequestRecord): Promise<Uint8Array> {
  const seen = kind === 'pixels' ? kind : (detectFormat(bytes) ?? 'unknown');
  try {
    const image = kind === 'pixels' ? bytes : preparePhoto(await decoder.decode(bytes)).image;
    images.push({ kind: seen, outcome: 'read' });
    return image;
  } catch (error) {
    images.push({ kind: seen, outcome: toProblem(error).type });
    throw error;
  }
}

function asImageError(error: unknown): ImageError {
  if (error instanceof ImageError) return error;
  throw error;
}
