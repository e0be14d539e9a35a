/** @file Why an image cannot be used, in words for a reader and in one word for a program. */
import { ExplainedError, type Explanation } from '../errors.ts';

/**
 * - `unsupported`: neither PNG nor JPEG, or a kind of them that the decoders do not know
 * - `too-large`: more pixels than the limit
 * - `damaged`: begins like a PNG or JPEG and cannot be decoded
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
