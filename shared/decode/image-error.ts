/** @file Why an image cannot be used, in words for a reader and in one word for a program. */
import { ExplainedError, type Explanation } from '../errors.ts';

/**
 * - `unsupported`: of a format that is not read, of a kind that its decoder does not know, or no photo by its shape
 * - `too-large`: more pixels than the limit, or more work than its pixels are worth
 * - `damaged`: begins like an image and cannot be decoded
 */
export type ImageFault = 'unsupported' | 'too-large' | 'damaged';

/** An ExplainedError of kind `image`. Its texts never hold bytes of the image. */
export class ImageError extends ExplainedError {
  readonly fault: ImageFault;
  /** Of a `too-large` image: the most that is allowed, and what the image has, both in the unit its text names. */
  readonly limit: number | undefined;
  readonly actual: number | undefined;

  constructor(
    fault: ImageFault,
    explanation: Omit<Explanation, 'kind'>,
    size?: { limit: number; actual: number },
  ) {
    super({ kind: 'image', ...explanation });
    this.name = 'ImageError';
    this.fault = fault;
    this.limit = size?.limit;
    this.actual = size?.actual;
  }
}

/** An image whose bytes contradict its format. */
export function damaged(why: string, cause?: unknown): ImageError {
  return new ImageError('damaged', {
    what: `cannot decode the image: ${why}`,
    next: 'Check that the file is complete.',
    cause,
  });
}
