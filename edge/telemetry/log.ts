/**
 * @file Logs: one line of JSON a happening, whose members Workers Logs indexes.
 * https://developers.cloudflare.com/workers/observability/logs/workers-logs/
 *
 * `info` is a request that was answered, or refused for what it is; `warn` a store or a model that fails while others go on serving;
 * `error` an answer of 5xx, with what caused it.
 */
import { type EndedRequest, imageFacts } from './request.ts';

type Level = 'info' | 'warn' | 'error';

export function log(level: Level, message: string, fields: object): void {
  console[level](JSON.stringify({ level, message, ...fields }));
}

export function logRequest(request: EndedRequest, isolate: string): void {
  const { id, route, method, status, problem, caller, model, bodyBytes, waits, error } = request;
  const failed = status >= 500;
  log(failed ? 'error' : 'info', `${method} ${route} ${status}`, {
    requestId: id,
    isolate,
    route,
    method,
    status,
    problem,
    caller,
    model: model && { version: model.manifest.version, alias: model.alias, engine: model.engine },
    ...(request.images.length > 0 && imageFacts(request)),
    bodyBytes,
    waits,
    // Of a client's mistake the type is enough: what caused it may hold what the client sent.
    ...(failed && { error: describeError(error) }),
  });
}

/** Causes of causes, no deeper than this. */
const DEPTH = 4;

/** An error with its stack, and all that caused it. */
function describeError(error: unknown, depth = DEPTH): unknown {
  if (Array.isArray(error)) return error.map((one) => describeError(one, depth));
  if (!(error instanceof Error)) return error === undefined ? undefined : String(error);
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(depth > 1 && { cause: describeError(cause, depth - 1) }) };
}
