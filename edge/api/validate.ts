/** @file Input by a schema. Errors name the place and the expectation, never what the client sent. */
import type { MiddlewareHandler } from 'hono';
import { validator } from 'hono/validator';
import * as v from 'valibot';
import type { AppEnv } from '../env.ts';
import { HttpProblem } from '../problem.ts';
import { checkJsonSize } from './limits.ts';

interface QueryInput<S extends v.GenericSchema> {
  in: { query: v.InferInput<S> };
  out: { query: v.InferOutput<S> };
}

/** The first mistake is enough, and the only one that is looked for. */
const FIRST = { abortEarly: true } as const;

/** Query parameters; every rule of `schema` has its own message. Refused with `invalid-query`. */
export function query<S extends v.GenericSchema>(
  schema: S,
): MiddlewareHandler<AppEnv, string, QueryInput<S>> {
  return validator('query', (value) => {
    const { success, output, issues } = v.safeParse(schema, value, FIRST);
    if (success) return output;
    throw new HttpProblem('invalid-query', issues[0].message);
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
export function check<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  // Every body is an object, and valibot looks for members in a list, too.
  if (Array.isArray(value)) throw new HttpProblem('invalid-body', 'The JSON: expected Object, got array.');
  const { success, output, issues } = v.safeParse(schema, value, FIRST);
  if (success) return output;
  throw new HttpProblem('invalid-body', explain(issues[0]));
}

/** The path is the schema's, but for a member that the schema does not know. */
function explain(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map(({ key }) => key);
  const isUnknown = issue.expected === 'never';
  if (isUnknown) path.pop();
  const place = path.length === 0 ? 'The JSON' : `/${path.join('/')} of the JSON`;
  return `${place}: ${isUnknown ? 'it has a member that is not known' : issue.message}.`;
}
