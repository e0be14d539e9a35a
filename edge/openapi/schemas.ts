/** @file How errors look, whatever the address. */
import * as z from 'zod';
import { PROBLEMS, type ProblemType } from '../problem.ts';

const types = Object.keys(PROBLEMS) as ProblemType[];

export const Problem = z
  .object({
    type: z.enum(types.map((type) => `/problems/${type}` as const)),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What to do about it. Never holds what was sent.' }),
    instance: z.string().meta({ description: 'The request: `urn:uuid:` and its `x-request-id`.' }),
    limit: z.number().optional().meta({ description: 'What was exceeded.' }),
    actual: z.number().optional().meta({ description: 'What was sent.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details. GET the `type` for its title and status.' });

/** Errors under /v2 and /hf. */
export const PlainError = z.object({ error: z.string() }).meta({ id: 'Error' });
