/** @file Schemas of error responses, shared by every API. */
import * as v from 'valibot';
import { Whole } from '#shared/validation.ts';
import { PROBLEMS, type ProblemType } from './problem-types.ts';

const types = Object.keys(PROBLEMS) as ProblemType[];

export const Problem = v.pipe(
  v.object({
    type: v.picklist(types.map((type) => `/problems/${type}` as const)),
    title: v.string(),
    status: Whole,
    detail: v.pipe(
      v.string(),
      v.description(
        'What failed and how to fix the request. Contains no request data except the name of an alias, a version or a form field.',
      ),
    ),
    instance: v.pipe(
      v.string(),
      v.description('The request, as `urn:uuid:` followed by its `x-request-id`.'),
    ),
    limit: v.pipe(v.optional(v.number()), v.description('The limit that the request exceeded.')),
    actual: v.pipe(v.optional(v.number()), v.description('The value that exceeded the limit.')),
  }),
  v.description(
    'Problem details (RFC 9457). `type` identifies the error; `GET` it for its title and status. `detail` is written for developers and may change.',
  ),
);

/** Error responses under /v2 and /hf. */
export const PlainError = v.pipe(
  v.object({ error: v.pipe(v.string(), v.description('What failed and how to fix the request.')) }),
  v.description('Error format of the Open Inference Protocol and of Hugging Face.'),
);
