/** @file Error responses as RFC 9457 problem details. */
import { ImageError } from '#shared/decode/image-error.ts';
import { ExplainedError } from '#shared/errors.ts';
import { REFRESH_MS } from '../registry/alias-follower.ts';
import { PROBLEMS, type ProblemType } from './problem-types.ts';

/** The JSON body of a problem response. */
export interface ProblemDetails {
  type: `/problems/${ProblemType}`;
  title: string;
  status: number;
  detail: string;
  instance: string;
  limit?: number;
  actual?: number;
}

/** The limit that a request exceeded and its actual value. */
type Size = Pick<ProblemDetails, 'limit' | 'actual'>;

export interface ProblemOptions {
  /** Further members of the body. */
  members?: Size;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** An error with its HTTP response. `detail` must not contain request data, except validated names. */
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

  /** @param requestId the value of the header `x-request-id` */
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

  /** Returns the error format of the Open Inference Protocol and of Hugging Face's API. */
  toPlainResponse(): Response {
    return this.#respond('application/json', { error: this.message });
  }

  #respond(contentType: string, body: object): Response {
    const headers = { ...this.headers, 'content-type': contentType };
    return new Response(JSON.stringify(body), { status: this.status, headers });
  }
}

/** Converts any error to a problem. Unexpected errors become `internal` and do not reveal their message. */
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
  const detail = 'An unexpected error occurred. The server log contains it under this `instance`.';
  return new HttpProblem('internal', detail, { cause: error });
}

const IMAGE_PROBLEMS = {
  unsupported: 'unsupported-image',
  'too-large': 'image-too-large',
  damaged: 'damaged-image',
} as const;
