/** @file Limits of one request, which keep an isolate below its 128 MB of memory. shared/decode/limits.ts limits the pixels of an image. */
import { HttpProblem } from './problem.ts';

/** Largest request body, in bytes. */
export const MAX_BODY_BYTES = 10 * 2 ** 20;

/** Time in which a body must arrive, in milliseconds. */
export const BODY_MS = 60_000;

/** Largest sum of the bodies that an isolate holds at once, in bytes. Beside them it needs 64 MB for the decoders. */
export const MAX_HELD_BYTES = 25 * 2 ** 20;

/** Part of these bytes that only small bodies may use, so that large uploads refuse no ordinary photo. */
export const RESERVED_BYTES = 4 * 2 ** 20;

/** Largest size of a small body, in bytes. */
export const MAX_SMALL_BODY_BYTES = 2 ** 20;

/**
 * Largest estimate for the images that an isolate works on at once, in milliseconds. They are decoded one after the other, so that it also
 * bounds how long an image waits.
 */
export const MAX_HELD_WORK_MS = 10_000;

/** Most bytes of the network's inputs in a response that shows them as pictures: those of 32 images of 3×224×224. */
const MAX_EXPLAINED_BYTES = 5 * 2 ** 20;

/** Returns the most images of a request that a response with explanations shows. @param image bytes of the model's input for one image */
export const mostExplained = (image: number): number => Math.max(1, Math.floor(MAX_EXPLAINED_BYTES / image));

/** Maximum number of images in one request. They are decoded one after the other and share the CPU time of the request. */
export const MAX_IMAGES = 32;

/**
 * Maximum number of values in a JSON text, and of arrays, objects and members in one with a tensor. Without this limit, a body of the
 * maximum size could contain three million empty arrays, each of which takes many times its three bytes in memory.
 */
export const MAX_JSON_VALUES = 2 ** 16;

/**
 * Most bytes of the heap that parsing one JSON text may take. A tensor of MAX_TENSOR_VALUES in a text of the largest size takes them. No two
 * texts are parsed at once, and what is left of one afterwards is small.
 */
export const MAX_JSON_MEMORY = 34 * 2 ** 20;

/** Maximum number of values in a JSON text with a tensor, whatever the model's input. */
export const MAX_TENSOR_VALUES = 2 ** 20;

/**
 * Returns the maximum number of values in a JSON text with a tensor, up to MAX_TENSOR_VALUES: those of a full batch and of its brackets.
 * @param image number of values of one image
 */
export const maxTensorValues = (image: number): number =>
  Math.min(Math.max(MAX_JSON_VALUES, 2 * MAX_IMAGES * image), MAX_TENSOR_VALUES);

/** Most CPU time that the images of one request may take together, in milliseconds. */
export const MAX_REQUEST_MS = 2000;

/**
 * Checks the work of a batch before it starts.
 * @param milliseconds estimated CPU time
 * @throws HttpProblem `too-many-images`
 */
export function checkWork(milliseconds: number): void {
  const actual = Math.ceil(milliseconds);
  if (actual <= MAX_REQUEST_MS) return;
  const detail = `The images of the request would take more than ${MAX_REQUEST_MS} ms. Split it into several requests.`;
  throw new HttpProblem('too-many-images', detail, { members: { limit: MAX_REQUEST_MS, actual } });
}

/** @throws HttpProblem `too-many-images` */
export function checkImageCount(actual: number, limit = MAX_IMAGES): void {
  if (actual <= limit) return;
  const detail = `The request has ${actual} images, more than ${limit}. Split it into several requests.`;
  throw new HttpProblem('too-many-images', detail, { members: { limit, actual } });
}
