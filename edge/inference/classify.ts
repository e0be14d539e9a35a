/** @file Runs images through decoder, photo pipeline and network. */
import type { Context } from 'hono';
import { detectFormat } from '#shared/decode/format.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import type { Classifier } from '#shared/inference/engine.ts';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import { bytesOf, networkInput, type PictureInput } from '#shared/input/preprocessing.ts';
import { enforceWork } from '../access/limiter.ts';
import { decoder, prepareFile } from '../decode/decoder.ts';
import type { AppEnv } from '../http/env.ts';
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

/** Classifies one image. @throws ImageError when it cannot be decoded, and HttpProblem `too-many-requests` */
export async function classifyOne(
  c: Context<AppEnv>,
  { classifier, input }: ServedModel,
  image: ImageInput,
): Promise<ClassifiedImage> {
  const cost = await costOf(image);
  await enforceWork(c, 1, cost + inferenceMs(classifier, 1));
  if (cost > TURN_MS) await ownTurn();
  const photo = await prepare(image, input, c.var.record);
  return { photo, logits: await classifier.logits(networkInput(photo.image, input), 1) };
}

/**
 * Classifies several images in one batch. An image that cannot be decoded yields its error. The images are decoded one after the
 * other, so that memory holds the pixels of one at a time. Between two large images, the isolate handles other requests.
 * @throws HttpProblem `too-many-images` when decoding all of them would take too long, and `too-many-requests`
 */
export async function classifyEach(
  c: Context<AppEnv>,
  { classifier, input }: ServedModel,
  images: readonly ImageInput[],
): Promise<(ClassifiedImage | ImageError)[]> {
  const costs = await Promise.all(images.map(costOf));
  const work = costs.reduce((a, b) => a + b, inferenceMs(classifier, images.length));
  if (images.length > 1) checkWork(work);
  await enforceWork(c, images.length, work);
  const prepared: (PreparedPhoto | ImageError)[] = [];
  let spent = 0;
  for (const [i, image] of images.entries()) {
    const cost = costs[i] as number;
    spent += cost;
    if (spent > TURN_MS) {
      await ownTurn();
      spent = cost;
    }
    prepared.push(await prepare(image, input, c.var.record).catch(asImageError));
  }
  const photos = prepared.filter((photo) => 'image' in photo);
  if (photos.length === 0) return prepared as ImageError[];
  const size = bytesOf(input.shape);
  const pixels = new Uint8Array(photos.length * size);
  for (const [i, { image }] of photos.entries()) pixels.set(image, i * size);
  const logits = await logitsInTurns(classifier, networkInput(pixels, input), photos.length);
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

/** Estimated milliseconds that a request computes at once. Before more, the isolate handles other requests. */
const TURN_MS = 50;

/** Computes the output of a batch. Between two parts of it, the isolate handles other requests. */
export async function logitsInTurns(
  classifier: Classifier,
  images: Float32Array,
  n: number,
): Promise<Float32Array> {
  const part = Math.max(1, Math.floor(TURN_MS / inferenceMs(classifier, 1)));
  if (n <= part) return classifier.logits(images, n);
  const size = images.length / n;
  const parts: number[] = [];
  for (let i = 0; i < n; i += part) {
    await ownTurn();
    const count = Math.min(part, n - i);
    parts.push(...(await classifier.logits(images.slice(i * size, (i + count) * size), count)));
  }
  return Float32Array.from(parts);
}

/** Estimates the CPU time until an image is prepared, in milliseconds. */
const costOf = async ({ kind, bytes }: ImageInput): Promise<number> =>
  kind === 'file' ? decoder.cost(bytes) : 0;

/** Number of turns that requests have taken. */
let turns = 0;

/** Rounds of the event loop between two turns. A small request takes about three: its connection, its headers, and its response. */
const ROUNDS_BETWEEN = 4;

/**
 * Waits until the event loop has made some rounds without a turn of any request. Otherwise large images of several requests would be decoded
 * one directly after the other, and small requests would wait for many of them.
 */
async function ownTurn(): Promise<void> {
  let [before, rounds] = [turns, 0];
  while (rounds < ROUNDS_BETWEEN) {
    await scheduler.wait(1);
    rounds = turns === before ? rounds + 1 : 0;
    before = turns;
  }
  turns += 1;
}

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
