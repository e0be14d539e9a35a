/**
 * @file Logs one line of JSON per event. Workers Logs indexes its members.
 * https://developers.cloudflare.com/workers/observability/logs/workers-logs/
 *
 * - `info`: a request with a status below 500, or a new model
 * - `warn`: a failure of the object store, a model or a binding, while requests are still served
 * - `error`: a response with a status of 500 or above, with its cause
 */
import { type CompletedRequest, imageSummary } from './completed-request.ts';

type Level = 'info' | 'warn' | 'error';

export function log(level: Level, message: string, fields: object): void {
  console[level](JSON.stringify({ level, message, ...fields }));
}

export function logRequest(request: CompletedRequest, isolate: string): void {
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
    ...(request.images.length > 0 && imageSummary(request)),
    bodyBytes,
    waits,
    // Client errors are logged by type only: their causes may contain request data.
    ...(failed && { error: describeError(error) }),
  });
}

/** Maximum number of errors in a chain of causes. */
const DEPTH = 4;

/** Returns an error with its stack and its causes as plain data. */
function describeError(error: unknown, depth = DEPTH): unknown {
  if (Array.isArray(error)) return error.map((one) => describeError(one, depth));
  if (!(error instanceof Error)) return error === undefined ? undefined : String(error);
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(depth > 1 && { cause: describeError(cause, depth - 1) }) };
}
