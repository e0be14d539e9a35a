/** @file Reports completed requests and model changes to metrics, logs and Analytics Engine. */
import type { Context } from 'hono';
import { routePath } from 'hono/route';
import type { AppEnv } from '../http/env.ts';
import type { Registry, RegistryEvent } from '../registry/registry.ts';
import { writeDataPoint } from './analytics.ts';
import { type CompletedRequest, reportedMethod } from './completed-request.ts';
import { log, logRequest } from './log.ts';
import { type Isolate, Metrics } from './metrics.ts';
import { CONTENT_TYPE } from './prometheus.ts';

export class Telemetry {
  readonly #metrics = new Metrics();
  readonly #now: () => number;
  /** Events that have not been logged yet. */
  readonly #events: RegistryEvent[] = [];
  #isolate: Isolate | undefined;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Reports a request after its response. */
  requestCompleted(c: Context<AppEnv>): void {
    this.logEvents();
    const { requestId: id, record } = c.var;
    const method = reportedMethod(c.req.method);
    const request: CompletedRequest = { id, route: routeOf(c), method, status: c.res.status, ...record };
    this.#metrics.countRequest(request);
    logRequest(request, this.#isolateInfo().id);
    writeDataPoint(c.env.ANALYTICS, request);
  }

  /** Counts a registry event. `requestCompleted` or `logEvents` logs it later, because a request may be waiting for this call. */
  registryEvent(event: RegistryEvent): void {
    this.#metrics.countEvent(event);
    this.#events.push(event);
  }

  logEvents(): void {
    for (const event of this.#events.splice(0)) logEvent(event, this.#isolateInfo().id);
  }

  /** Returns the response to a Prometheus scrape. */
  scrape(registry: Registry): Response {
    const text = this.#metrics.expose(registry, this.#isolateInfo());
    return new Response(text, { headers: { 'content-type': CONTENT_TYPE } });
  }

  /** Creates the ID of the isolate during its first request: outside requests a Worker has neither clock nor randomness. */
  #isolateInfo(): Isolate {
    this.#isolate ??= { id: crypto.randomUUID().slice(0, 8), startedAt: this.#now() };
    return this.#isolate;
  }
}

function logEvent(event: RegistryEvent, isolate: string): void {
  // Other aliases appear in the logs of the requests that select them.
  if (event.type !== 'refresh' || !event.isDefault || event.outcome === 'unchanged') return;
  const { alias, version, replaced, error } = event;
  const fields = { isolate, alias, version, replaced };
  if (event.outcome === 'changed') log('info', 'serving a new version', fields);
  else
    log(
      'warn',
      `cannot load the model of the alias: ${error instanceof Error ? error.message : error}`,
      fields,
    );
}

/** Returns the pattern of the route, because clients choose the path. A pattern with `*` belongs to middleware: no route matched. */
function routeOf(c: Context): string {
  const route = routePath(c, -1);
  return route.endsWith('*') ? 'none' : route;
}
