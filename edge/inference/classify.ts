/** @file Runs images through decoder, photo pipeline and network. */
import { detectFormat } from '#shared/decode/format.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import type { Classifier } from '#shared/inference/engine.ts';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import { bytesOf, networkInput, type PictureInput } from '#shared/input/preprocessing.ts';
import { decoder, prepareFile } from '../decode/decoder.ts';
import { checkWork } from '../http/limits.ts';
import { toProblem } from '../http/problem.ts';
import type { RequestRecord } from '../http/record.ts';
import type { ServedModel } from '../registry/served-model.ts';

/** An image of a request. */
export interface ImageInput {
  /** An image file, or the bytes [channels, height, width] of the network's input. */
  kind: 'file' | 'pixels';
  bytes: Uint8Array<ArrayBuffer>;
}

export interface ClassifiedImage {
  photo: PreparedPhoto;
  /** One logit for each label. */
  logits: Float32Array;
}

/** Classifies one image. @throws ImageError when it cannot be decoded */
export async function classifyOne(
  model: ServedModel,
  image: ImageInput,
  record: RequestRecord,
): Promise<ClassifiedImage> {
  const photo = await prepare(image, model.input, record);
  return { photo, logits: await model.classifier.logits(networkInput(photo.image, model.input), 1) };
}

/**
 * Classifies several images in one batch. An image that cannot be decoded yields its error. The images are decoded one after the
 * other, so that memory holds the pixels of one at a time. Between two images, the isolate handles other requests.
 * @throws HttpProblem `too-many-images` when decoding all of them would take too long
 */
export async function classifyEach(
  { classifier, input }: ServedModel,
  images: readonly ImageInput[],
  record: RequestRecord,
): Promise<(ClassifiedImage | ImageError)[]> {
  const files = images.filter(({ kind }) => kind === 'file');
  const costs = await Promise.all(files.map(({ bytes }) => decoder.cost(bytes)));
  if (images.length > 1) checkWork(costs.reduce((a, b) => a + b, inferenceMs(classifier, images.length)));
  const prepared: (PreparedPhoto | ImageError)[] = [];
  for (const image of images) {
    if (prepared.length > 0) await nextTurn();
    prepared.push(await prepare(image, input, record).catch(asImageError));
  }
  const photos = prepared.filter((photo) => 'image' in photo);
  if (photos.length === 0) return prepared as ImageError[];
  const size = bytesOf(input.shape);
  const pixels = new Uint8Array(photos.length * size);
  for (const [i, { image }] of photos.entries()) pixels.set(image, i * size);
  const logits = await classifier.logits(networkInput(pixels, input), photos.length);
  const classes = logits.length / photos.length;
  let row = 0;
  return prepared.map((photo) => {
    if (photo instanceof ImageError) return photo;
    row += 1;
    return { photo, logits: logits.subarray((row - 1) * classes, row * classes) };
  });
}

/** Estimates the CPU time of inference, in milliseconds. */
export const inferenceMs = ({ milliseconds = 0 }: Classifier, images: number): number =>
  milliseconds * images;

/** Waits until the event loop has handled what is due. */
const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Decodes an image, prepares it for the network and records the outcome. */
async function prepare(
  { kind, bytes }: ImageInput,
  input: PictureInput,
  { images }: RequestRecord,
): Promise<PreparedPhoto> {
  const recordedKind = kind === 'pixels' ? kind : (detectFormat(bytes) ?? 'unknown');
  try {
    const photo = kind === 'pixels' ? unchanged(bytes) : await prepareFile(bytes, input);
    images.push({ kind: recordedKind, outcome: 'read' });
    return photo;
  } catch (error) {
    images.push({ kind: recordedKind, outcome: toProblem(error).type });
    throw error;
  }
}

const unchanged = (image: Uint8Array): PreparedPhoto => ({ image, steps: [{ step: 'as-is' }], warnings: [] });

function asImageError(error: unknown): ImageError {
  if (error instanceof ImageError) return error;
  throw error;
}
