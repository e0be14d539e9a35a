/** @file Errors as RFC 9457 problem details. Each type is stable, has one status, and is explained under its own address. */

import { ImageError } from '#shared/decode/image-error.ts';
import { ExplainedError } from '#shared/errors.ts';
import { REFRESH_MS } from './registry/follower.ts';

/** Status and title of every problem type. The key is the last segment of the type's URI. */
export const PROBLEMS = {
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'unknown-model': { status: 404, title: 'Unknown model' },
  'unknown-alias': { status: 404, title: 'Unknown alias' },
  'unknown-version': { status: 404, title: 'Unknown model version' },
  'invalid-query': { status: 400, title: 'Invalid query parameter' },
  'no-key': { status: 401, title: 'API key required' },
  'wrong-key': { status: 401, title: 'Invalid API key or site key' },
  'wrong-origin': { status: 403, title: 'Site key not valid for this origin' },
  closed: { status: 403, title: 'No access configured' },
  'turnstile-failed': { status: 403, title: 'Turnstile verification failed' },
  'turnstile-unavailable': { status: 503, title: 'Turnstile unavailable' },
  'too-many-requests': { status: 429, title: 'Rate limit exceeded' },
  'empty-body': { status: 400, title: 'Empty request body' },
  'unreadable-body': { status: 400, title: 'Incomplete request body' },
  'malformed-form': { status: 400, title: 'Invalid multipart form' },
  'invalid-body': { status: 400, title: 'Invalid request body' },
  'body-too-large': { status: 413, title: 'Request body too large' },
  'too-many-images': { status: 413, title: 'Too many images' },
  'image-too-large': { status: 413, title: 'Image dimensions too large' },
  'unsupported-image': { status: 415, title: 'Unsupported image format' },
  'damaged-image': { status: 422, title: 'Damaged image file' },
  'not-signed': { status: 501, title: 'Signing not configured' },
  'token-store-unavailable': { status: 503, title: 'Token store unavailable' },
  'model-unavailable': { status: 503, title: 'No model available' },
  misconfigured: { status: 500, title: 'Server misconfigured' },
  internal: { status: 500, title: 'Internal server error' },
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
