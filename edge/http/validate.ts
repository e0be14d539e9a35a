/** @file Validates queries and JSON bodies. Errors name the member and the expectation, never the received value. */
import type { Context, MiddlewareHandler } from 'hono';
import * as v from 'valibot';
import type { AppEnv } from './env.ts';
import { HttpProblem } from './problem.ts';

interface QueryInput<S extends v.GenericSchema> {
  in: { query: v.InferInput<S> };
  out: { query: v.InferOutput<S> };
}

/** Only the first issue is reported. */
const FIRST = { abortEarly: true } as const;

/** The query parameter with a site key (access/caller.ts). */
const CREDENTIAL = 'site_key';

/**
 * Validates the query parameters of an operation that also takes a site key. Each rule of `schema` must have its own message, which
 * becomes the `detail` of the problem `invalid-query`.
 */
export function query<E extends v.ObjectEntries>(
  schema: v.ObjectSchema<E, undefined>,
): MiddlewareHandler<AppEnv, string, QueryInput<typeof schema>> {
  const known = [...Object.keys(schema.entries), CREDENTIAL];
  return async (c, next) => {
    const parameters = parametersOf(c, known);
    const { success, output, issues } = v.safeParse(schema, Object.fromEntries(parameters), FIRST);
    if (!success) throw invalidQuery(issues[0].message);
    c.req.addValidatedData('query', output);
    await next();
  };
}

/** Refuses all query parameters but a site key. */
export const onlySiteKey: MiddlewareHandler<AppEnv> = (c, next) => {
  parametersOf(c, [CREDENTIAL]);
  return next();
};

/** Refuses all query parameters. */
export const noParameters: MiddlewareHandler<AppEnv> = (c, next) => {
  parametersOf(c, []);
  return next();
};

/**
 * Returns the query parameters. Unknown ones are refused: ignored, a misspelt name would yield another result than the client asked for.
 * @throws HttpProblem `invalid-query`
 */
function parametersOf({ req }: Context<AppEnv>, known: readonly string[]): URLSearchParams {
  const parameters = new URL(req.url).searchParams;
  const names = [...parameters.keys()];
  if (names.some((name) => !known.includes(name))) {
    const accepted = known.join(', ') || 'none';
    throw invalidQuery(`The query has an unknown parameter. This operation accepts ${accepted}.`);
  }
  const repeated = names.find((name, i) => names.indexOf(name) < i);
  if (repeated !== undefined) throw invalidQuery(`${repeated} must be given once.`);
  return parameters;
}

const invalidQuery = (detail: string): HttpProblem => new HttpProblem('invalid-query', detail);

/** A member that may be absent. Many clients write members without a value as null, so null counts as absent. */
export const optionalMember = <S extends v.GenericSchema>(schema: S) => v.nullish(schema, () => undefined);

/** @throws HttpProblem `invalid-body` */
export function check<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  // valibot accepts an array where an object is expected.
  if (Array.isArray(value)) throw new HttpProblem('invalid-body', 'The JSON: expected Object, got array.');
  const { success, output, issues } = v.safeParse(schema, value, FIRST);
  if (success) return output;
  throw new HttpProblem('invalid-body', explain(issues[0]));
}

/** The path contains only members of the schema. The name of an unknown member would be request data. */
function explain(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map(({ key }) => key);
  const isUnknown = issue.expected === 'never';
  if (isUnknown) path.pop();
  const place = path.length === 0 ? 'The JSON' : `/${path.join('/')} of the JSON`;
  return `${place}: ${isUnknown ? 'it has an unknown member' : issue.message}.`;
}
