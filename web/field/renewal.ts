/** @file Another token for a signed result. */
import type { Classification } from '#shared/inference/result.ts';
import type { FieldOptions } from './options.ts';
import { type EndpointRequest, RequestError, requestClassification, requestRenewal } from './request.ts';

export interface RenewalJob extends EndpointRequest, Pick<FieldOptions, 'model'> {
  result: Classification;
  /** The photo to send when the endpoint does not renew the token; undefined to send none. */
  photo: File | undefined;
}

/**
 * Renews the token of a result. The endpoint renews no token that is an hour old or was verified; then it must classify the photo again.
 * @returns the result with another token, or the new result for the photo
 * @throws RequestError; the signal's reason when it is aborted
 */
export async function renew({ result, photo, ...request }: RenewalJob): Promise<Classification> {
  try {
    // Without a token the endpoint refuses, too.
    return { ...result, token: await requestRenewal(result.token ?? '', request) };
  } catch (error) {
    const isFinal = error instanceof RequestError && !error.problem.retryable;
    if (!photo || !isFinal) throw error;
    return requestClassification(photo, { ...request, sign: true, onProgress() {} });
  }
}
