/** @file Errors as RFC 9457 problem details. Each type is stable, has one status, and is explained under its own address. */

import { ImageError } from '#shared/decode/image-error.ts';
import { ExplainedError } from '#shared/errors.ts';
import { REFRESH_MS } from './registry/follower.ts';

/** Every problem the API knows; the key is the last part of its type's address. */
export const PROBLEMS = {
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'method-not-allowed': { status: 405, title: 'The address does not know this method' },
  'unknown-model': { status: 404, title: 'No model of this name is served' },
  'unknown-alias': { status: 404, title: 'The object store has no such alias' },
  'unknown-version': { status: 404, title: 'The object store has no such version of the model' },
  'invalid-query': { status: 400, title: 'A query parameter is out of its range' },
  'no-key': { status: 401, title: 'The request carries no key' },
  'wrong-key': { status: 401, title: 'The key is not known here' },
  'wrong-origin': { status: 403, title: 'The site key is not for pages of this origin' },
  closed: { status: 403, title: 'Nobody may call this service yet' },
  'turnstile-failed': { status: 403, title: 'Turnstile has not confirmed the visitor' },
  'turnstile-unavailable': { status: 503, title: 'Turnstile cannot be asked' },
  'too-many-requests': { status: 429, title: 'The caller has sent too many requests' },
  'empty-body': { status: 400, title: 'The request has no body' },
  'unreadable-body': { status: 400, title: 'The body could not be read to its end' },
  'malformed-form': { status: 400, title: 'The form does not hold images' },
  'invalid-body': { status: 400, title: 'The body is not what this address takes' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'too-many-images': { status: 413, title: 'The request holds too many images' },
  'image-too-large': { status: 413, title: 'The image is too large to decode' },
  'unsupported-image': { status: 415, title: 'The image is of a kind that is not read' },
  'damaged-image': { status: 422, title: 'The image cannot be decoded' },
  'not-signed': { status: 501, title: 'The service does not sign its answers' },
  'token-store-unavailable': { status: 503, title: 'It cannot be known whether the token was used' },
  'model-unavailable': { status: 503, title: 'No model is ready to answer' },
  misconfigured: { status: 500, title: 'The server is not set up as it should be' },
  internal: { status: 500, title: 'The server made a mistake' },
} as const;

export type ProblemType = keyof typeof PROBLEMS;

/** A problem as it is sent. */
export interface ProblemDetails {
  type: `/problems/${ProblemType}`;
  title: string;
  status: number;
  detail: string;
  instance: string;
  limit?: number;
  actual?: number;
}

/** What was exceeded, and by what, where a problem is about that. */
type Size = Pick<ProblemDetails, 'limit' | 'actual'>;

export interface ProblemOptions {
  /** More members of the answer. */
  members?: Size;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** An error that knows its answer. `detail` must not hold anything that the client sent. */
export class HttpProblem extends Error {
  readonly type: ProblemType;
  readonly members: Size;
  readonly headers: Record<string, string>;

  constructor(type: ProblemType, detail: string, { members = {}, headers = {}, cause }: ProblemOptions = {}) {
    super(detail, { cause });
    this.name = 'HttpProblem';
    this.type = type;
    this.members = members;
    this.headers = headers;
  }

  get status() {
    return PROBLEMS[this.type].status;
  }

  /** @param requestId names the occurrence; the same as in the header `x-request-id` */
  details(requestId: string): ProblemDetails {
    return {
      type: `/problems/${this.type}`,
      title: PROBLEMS[this.type].title,
      status: this.status,
      detail: this.message,
      instance: `urn:uuid:${requestId}`,
      ...this.members,
    };
  }

  toResponse(requestId: string): Response {
    return this.#respond('application/problem+json', this.details(requestId));
  }

  /** As the Open Inference Protocol and Hugging Face's API say errors. */
  toPlainResponse(): Response {
    return this.#respond('application/json', { error: this.message });
  }

  #respond(contentType: string, body: object): Response {
    const headers = { ...this.headers, 'content-type': contentType };
    return new Response(JSON.stringify(body), { status: this.status, headers });
  }
}

/** The problem behind any error. What is not foreseen is the server's fault and is told without its inside. */
export function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof ImageError) {
    const { limit, actual } = error;
    const members = limit === undefined || actual === undefined ? {} : { limit, actual };
    return new HttpProblem(IMAGE_PROBLEMS[error.fault], error.message, { members, cause: error });
  }
  if (error instanceof ExplainedError && (error.kind === 'model' || error.kind === 'store')) {
    const headers = { 'retry-after': `${REFRESH_MS / 1000}` };
    return new HttpProblem('model-unavailable', error.message, { headers, cause: error });
  }
  return new HttpProblem('internal', 'The request was logged under its instance.', { cause: error });
}

const IMAGE_PROBLEMS = {
  unsupported: 'unsupported-image',
  'too-large': 'image-too-large',
  damaged: 'damaged-image',
} as const;
