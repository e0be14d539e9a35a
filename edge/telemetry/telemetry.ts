/** @file Sees every request end and everything that happens to models, and tells it: in metrics, in logs, in Analytics Engine. */
import type { Context } from 'hono';
import { routePath } from 'hono/route';
import { DEFAULT_ALIAS } from '#shared/manifest.ts';
import type { AppEnv } from '../env.ts';
import type { Registry, RegistryEvent } from '../registry/registry.ts';
import { writeDataPoint } from './analytics.ts';
import { log, logRequest } from './log.ts';
import { createMetrics, type Isolate } from './metrics.ts';
import { CONTENT_TYPE } from './prometheus.ts';
import { type EndedRequest, knownMethod } from './request.ts';

export interface Telemetry {
  /** To be called when a request has its answer. */
  requestEnded(c: Context<AppEnv>): void;
  /** Counted at once, and logged by the next `requestEnded` or `logEvents`: what happens here a request may be waiting for. */
  registryEvent(event: RegistryEvent): void;
  logEvents(): void;
  /** What Prometheus scrapes. */
  metrics(registry: Registry): Response;
}

/** @param now milliseconds since the epoch */
export function createTelemetry(now: () => number = Date.now): Telemetry {
  const metrics = createMetrics();
  // Outside of requests a Worker has neither a clock nor chance, so an isolate begins with its first request.
  let born: Isolate | undefined;
  function isolate(): Isolate {
    born ??= { id: crypto.randomUUID().slice(0, 8), startedAt: now() };
    return born;
  }

  const events: RegistryEvent[] = [];
  function logEvents(): void {
    for (const event of events.splice(0)) logEvent(event, isolate().id);
  }

  return {
    logEvents,
    requestEnded(c) {
      logEvents();
      const { requestId: id, record } = c.var;
      const { id: isolateId } = isolate();
      const method = knownMethod(c.req.method);
      const request: EndedRequest = { id, route: routeOf(c), method, status: c.res.status, ...record };
      metrics.request(request);
      logRequest(request, isolateId);
      writeDataPoint(c.env.ANALYTICS, request);
    },
    registryEvent(event) {
      metrics.registry(event);
      events.push(event);
    },
    metrics(registry) {
      return new Response(metrics.text(registry, isolate()), { headers: { 'content-type': CONTENT_TYPE } });
    },
  };
}

function logEvent(event: RegistryEvent, isolate: string): void {
  // Of the aliases that requests name, the requests tell.
  if (event.type !== 'look' || event.alias !== DEFAULT_ALIAS || event.outcome === 'unchanged') return;
  const { alias, version, replaced, error } = event;
  const fields = { isolate, alias, version, replaced };
  if (event.outcome === 'changed') log('info', 'another version serves', fields);
  else log('warn', `the store gives no model: ${error instanceof Error ? error.message : error}`, fields);
}

/** The pattern, never the path: there are as many paths as clients like. A pattern with `*` is middleware that nothing came behind. */
function routeOf(c: Context): string {
  const route = routePath(c, -1);
  return route.endsWith('*') ? 'none' : route;
}
