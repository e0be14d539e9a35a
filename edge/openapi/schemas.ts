/** @file How errors look, whatever the address. */
import * as v from 'valibot';
import { Whole } from '#shared/validation.ts';
import { PROBLEMS, type ProblemType } from '../problem.ts';

const types = Object.keys(PROBLEMS) as ProblemType[];

export const Problem = v.pipe(
  v.object({
    type: v.picklist(types.map((type) => `/problems/${type}` as const)),
    title: v.string(),
    status: Whole,
    detail: v.pipe(v.string(), v.description('What to do about it. Never holds what was sent.')),
    instance: v.pipe(v.string(), v.description('The request: `urn:uuid:` and its `x-request-id`.')),
    limit: v.pipe(v.optional(v.number()), v.description('What was exceeded.')),
    actual: v.pipe(v.optional(v.number()), v.description('What was sent.')),
  }),
  v.description('RFC 9457 problem details. GET the `type` for its title and status.'),
);

/** Errors under /v2 and /hf. */
export const PlainError = v.object({ error: v.string() });
