/** @file Runs images through decoder, photo pipeline and network. */
import type { Context } from 'hono';
import { detectFormat } from '#shared/decode/format.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import { imagesAtOnce, inferenceMs } from '#shared/inference/turns.ts';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import { networkInput, networkInputs, type PictureInput } from '#shared/input/preprocessing.ts';
import { TURN_MS, type Turn } from '#shared/turn.ts';
import { enforceWork } from '../access/limiter.ts';
import { decoder, prepareFile } from '../decode/decoder.ts';
import type { AppEnv } from '../http/env.ts';
import { holdWork } from '../http/held.ts';
import { checkWork } from '../http/limits.ts';
import { toProblem } from '../http/problem.ts';
import type { RequestRecord } from '../http/record.ts';
import type { ServedModel } from '../registry/served-model.ts';
import { turnsOf } from './request-turns.ts';

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
  const work = (await costOf(image)) + inferenceMs(classifier, 1);
  await enforceWork(c, 1, work);
  holdWork(c.var.record, work);
  const photo = await prepare(image, input, c.var.record, turnsOf(c.req.raw));
  return { photo, logits: await classifier.logits(networkInput(photo.image, input), 1) };
}

/**
 * Classifies several images. An image that cannot be decoded yields its error. The images are decoded one after the other, so that memory
 * holds the pixels of one at a time, and classified in parts, so that it holds the network's input of few.
 * @param use makes the result of an image, which must not hold its input
 * @throws HttpProblem `too-many-images` when decoding all of them would take too long, and `too-many-requests`
 */
export async function classifyEach<R>(
  c: Context<AppEnv>,
  { classifier, input }: ServedModel,
  images: readonly ImageInput[],
  use: (image: ImageInput, classified: ClassifiedImage) => Promise<R>,
): Promise<(R | ImageError)[]> {
  const costs = await Promise.all(images.map(costOf));
  const work = costs.reduce((a, b) => a + b, inferenceMs(classifier, images.length));
  if (images.length > 1) checkWork(work);
  await enforceWork(c, images.length, work);
  holdWork(c.var.record, work);
  const turn = turnsOf(c.req.raw);
  let spent = 0;
  const spend = async (cost: number) => {
    spent += cost;
    if (spent <= TURN_MS) return;
    await turn();
    spent = cost;
  };
  const results: (R | ImageError)[] = [];
  const most = imagesAtOnce({ classifier, input });
  for (let start = 0; start < images.length; start += most) {
    const part = images.slice(start, start + most);
    const prepared: (PreparedPhoto | ImageError)[] = [];
    for (const [i, image] of part.entries()) {
      await spend(costs[start + i] as number);
      prepared.push(await prepare(image, input, c.var.record, turn).catch(asImageError));
    }
    const photos = prepared.filter((photo) => 'image' in photo);
    await spend(inferenceMs(classifier, photos.length));
    const batch = networkInputs(
      photos.map(({ image }) => image),
      input,
    );
    const logits = photos.length > 0 ? await classifier.logits(batch, photos.length) : batch;
    const classes = logits.length / photos.length;
    let row = 0;
    for (const [i, photo] of prepared.entries()) {
      if (photo instanceof ImageError) results.push(photo);
      else {
        const classified = { photo, logits: logits.subarray(row * classes, ++row * classes) };
        results.push(await use(part[i] as ImageInput, classified));
      }
    }
  }
  return results;
}

/** Estimates the CPU time until an image is prepared, in milliseconds. */
const costOf = async ({ kind, bytes }: ImageInput): Promise<number> =>
  kind === 'file' ? decoder.cost(bytes) : 0;

/** Decodes an image, prepares it for the network and records the outcome. */
async function prepare(
  { kind, bytes }: ImageInput,
  input: PictureInput,
  { images }: RequestRecord,
  turn: Turn,
): Promise<PreparedPhoto> {
  const recordedKind = kind === 'pixels' ? kind : (detectFormat(bytes) ?? 'unknown');
  try {
    const photo = kind === 'pixels' ? unchanged(bytes) : await prepareFile(bytes, input, turn);
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
