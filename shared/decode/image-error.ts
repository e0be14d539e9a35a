/** @file The error for images that cannot be used, with a text for people and a fault code for programs. */
import { ExplainedError, type Explanation } from '../errors.ts';

/**
 * - `unsupported`: another format, a variant that the decoder does not support, or an image that is too narrow
 * - `too-large`: more pixels than the limit, or decoding would take too much time or memory
 * - `damaged`: begins like an image but cannot be decoded
 */
export type ImageFault = 'unsupported' | 'too-large' | 'damaged';

/** An ExplainedError of kind `image`. Its text never contains bytes of the image. */
export class ImageError extends ExplainedError {
  readonly fault: ImageFault;
  /** Limit that a `too-large` image exceeds, in the unit that the text names. */
  readonly limit: number | undefined;
  /** Actual value, in the same unit. */
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

/** Creates the error for an image whose bytes violate its format. */
export function damaged(why: string, cause?: unknown): ImageError {
  return new ImageError('damaged', {
    what: `cannot decode the image: ${why}`,
    next: 'Check that the file is complete.',
    cause,
  });
}
