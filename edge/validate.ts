/** @file Input by a zod schema. Errors name the place and the expectation, never what the client sent. */
import type { MiddlewareHandler } from 'hono';
import { validator } from 'hono/validator';
import type * as z from 'zod/mini';
import type { AppEnv } from './env.ts';
import { checkJsonSize } from './limits.ts';
import { HttpProblem } from './problem.ts';

interface QueryInput<S extends z.ZodMiniObject> {
  in: { query: z.input<S> };
  out: { query: z.output<S> };
}

/** Query parameters; every rule of `schema` has its own message. Refused with `invalid-query`. */
export function query<S extends z.ZodMiniObject>(
  schema: S,
): MiddlewareHandler<AppEnv, string, QueryInput<S>> {
  return validator('query', (value) => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    throw new HttpProblem('invalid-query', result.error.issues[0]?.message ?? '');
  }) as MiddlewareHandler;
}

/**
 * The value of a JSON text.
 * @throws HttpProblem `invalid-body`, `body-too-large`
 */
export function parseJson(bytes: Uint8Array): unknown {
  checkJsonSize(bytes);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch (cause) {
    throw new HttpProblem('invalid-body', 'The body is no JSON in UTF-8.', { cause });
  }
}

/** @throws HttpProblem `invalid-body` */
export function check<S extends z.ZodMiniType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new HttpProblem('invalid-body', result.error.issues.slice(0, 1).map(explain).join(''));
}

/** zod's own texts hold nothing of the value, but for the names of members that the schema does not know. */
function explain({ code, path, message }: z.core.$ZodIssue): string {
  const place = path.length === 0 ? 'The JSON' : `/${path.join('/')} of the JSON`;
  return `${place}: ${code === 'unrecognized_keys' ? 'it has a member that is not known' : message}.`;
}
