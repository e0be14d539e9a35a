/** @file Images → what the network says of them, in one run. */
import { detectFormat } from '#shared/decode/format.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import { networkInput } from '#shared/inference/model.ts';
import kernels from '#shared/input/garment/build/photo.wasm?module';
import { type PreparedPhoto, photoPipeline } from '#shared/input/garment/photo.ts';
import { IMAGE_PIXELS } from '#shared/labels.ts';
import { decoder } from './decode/decoder.ts';
import { toProblem } from './problem.ts';
import type { ServedModel } from './registry/served-model.ts';
import type { RequestRecord } from './telemetry/request.ts';

const preparePhoto = photoPipeline(kernels);

/** An image as a request holds it. */
export interface Picture {
  /** A file of any format, or the 28 × 28 grey bytes that the network sees. */
  kind: 'file' | 'pixels';
  bytes: Uint8Array<ArrayBuffer>;
}

export interface Classified {
  photo: PreparedPhoto;
  /** [classes] */
  logits: Float32Array;
}

/** What the network says of one picture. @throws ImageError */
export async function classifyOne(
  model: ServedModel,
  picture: Picture,
  record: RequestRecord,
): Promise<Classified> {
  const photo = await prepare(picture, record);
  return { photo, logits: await model.classifier.logits(networkInput(photo.image), 1) };
}

/**
 * What the network says of each picture, or why it says nothing. They are decoded one after the other, so that only one has its
 * pixels in memory.
 */
export async function classifyEach(
  { classifier }: ServedModel,
  pictures: readonly Picture[],
  record: RequestRecord,
): Promise<(Classified | ImageError)[]> {
  const prepared: (PreparedPhoto | ImageError)[] = [];
  for (const picture of pictures) prepared.push(await prepare(picture, record).catch(asImageError));
  const photos = prepared.filter((photo) => 'image' in photo);
  if (photos.length === 0) return prepared as ImageError[];
  const inputs = new Float32Array(photos.length * IMAGE_PIXELS);
  for (const [i, { image }] of photos.entries()) inputs.set(networkInput(image), i * IMAGE_PIXELS);
  const logits = await classifier.logits(inputs, photos.length);
  const classes = logits.length / photos.length;
  let read = 0;
  return prepared.map((photo) => {
    if (photo instanceof ImageError) return photo;
    read += 1;
    return { photo, logits: logits.subarray((read - 1) * classes, read * classes) };
  });
}

async function prepare({ kind, bytes }: Picture, { images }: RequestRecord): Promise<PreparedPhoto> {
  const seen = kind === 'pixels' ? kind : (detectFormat(bytes) ?? 'unknown');
  try {
    const photo = kind === 'pixels' ? asItIs(bytes) : preparePhoto(await decoder.decode(bytes));
    images.push({ kind: seen, outcome: 'read' });
    return photo;
  } catch (error) {
    images.push({ kind: seen, outcome: toProblem(error).type });
    throw error;
  }
}

const asItIs = (image: Uint8Array): PreparedPhoto => ({ image, steps: [{ step: 'as-is' }], warnings: [] });

function asImageError(error: unknown): ImageError {
  if (error instanceof ImageError) return error;
  throw error;
}
