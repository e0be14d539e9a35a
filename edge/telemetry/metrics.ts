/**
 * @file What one isolate knows of itself, for Prometheus.
 *
 * Cloudflare runs many isolates and chooses which one a scrape reaches, so every sample is labelled with its isolate: a counter
 * without that label would seem to fall and rise as scrapes reach one or another. What all isolates did together is in Workers
 * Analytics Engine; where there is one isolate, as under `npm start`, these are the totals.
 */

import { MODEL_CHECKS } from '#shared/inference/model.ts';
import { BUNDLED_ALIAS, DEFAULT_ALIAS } from '#shared/manifest.ts';
import type { Registry, RegistryEvent } from '../registry/registry.ts';
import { counter, exposition, gauge, histogram } from './prometheus.ts';
import type { EndedRequest } from './request.ts';

export interface Isolate {
  id: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

export interface Metrics {
  request(request: EndedRequest): void;
  registry(event: RegistryEvent): void;
  /** The exposition of now. */
  text(registry: Registry, isolate: Isolate): string;
}

/** Seconds. The store's time-out is the last one. */
const WAIT_BOUNDS = [0.001, 0.01, 0.1, 1, 3];

export function createMetrics(): Metrics {
  const requests = counter(
    'tinyvgg_http_requests_total',
    'Requests that this isolate has answered, by pattern of the route.',
  );
  const problems = counter(
    'tinyvgg_problems_total',
    'Requests that this isolate has refused, by type of problem.',
  );
  const images = counter(
    'tinyvgg_images_total',
    'Images that this isolate was given, by kind, and whether it read them or with which problem not.',
  );
  const bytes = counter(
    'tinyvgg_http_request_body_bytes_total',
    'Bytes of bodies that reached this isolate.',
  );
  const waits = histogram(
    'tinyvgg_wait_seconds',
    'Time that requests to this isolate waited for their body or the store. Computing is not measured: the clock stands still.',
    WAIT_BOUNDS,
  );
  const looks = counter(
    'tinyvgg_store_looks_total',
    'Looks of this isolate at what an alias means: another version, the same, no such alias, no answer that is of use.',
  );
  const swaps = counter(
    'tinyvgg_model_swaps_total',
    'Times that a version replaced another one behind the default alias in this isolate.',
  );
  const refusals = counter(
    'tinyvgg_model_refusals_total',
    'Models that this isolate did not let serve, by the check that they failed.',
  );

  bytes.add({}, 0);
  swaps.add({}, 0);
  for (const check of MODEL_CHECKS) refusals.add({ check }, 0);
  for (const outcome of ['changed', 'unchanged', 'absent', 'failed'])
    looks.add({ alias: DEFAULT_ALIAS, outcome }, 0);

  return {
    request({ route, method, status, problem, images: seen, bodyBytes, waits: times }) {
      requests.add({ route, method, status: `${status}` });
      if (problem) problems.add({ type: problem });
      for (const { kind, outcome } of seen) images.add({ kind, outcome });
      bytes.add({}, bodyBytes);
      for (const [reason, time] of Object.entries(times)) waits.observe({ for: reason }, time / 1000);
    },
    registry(event) {
      if (event.type === 'refusal') {
        refusals.add({ check: event.check });
        return;
      }
      const isDefault = event.alias === DEFAULT_ALIAS;
      // Clients name the others.
      looks.add({ alias: isDefault ? DEFAULT_ALIAS : 'other', outcome: event.outcome });
      if (isDefault && event.replaced !== undefined) swaps.add();
    },
    text(registry, { id, startedAt }) {
      const model = registry.current();
      const { succeededAt, failures } = registry.store();
      const states = [
        gauge('tinyvgg_isolate_start_time_seconds', 'When this isolate began to answer.', startedAt / 1000),
        gauge(
          'tinyvgg_model_info',
          'The model that this isolate answers with unless a request names another; none before the first answer.',
          model && 1,
          { version: model?.manifest.version ?? '', alias: model?.alias ?? '', engine: model?.engine ?? '' },
        ),
        gauge(
          'tinyvgg_bundled',
          '1 while the release in the Worker answers because the store has given this isolate no model.',
          Number(model?.alias === BUNDLED_ALIAS),
        ),
        gauge(
          'tinyvgg_store_failed_looks',
          'Looks at the default alias that have failed in a row. Above 0, the last good model serves.',
          failures,
        ),
        gauge(
          'tinyvgg_store_last_success_timestamp_seconds',
          'When this isolate last looked at the default alias with success; 0 for never.',
          succeededAt === null ? 0 : Date.parse(succeededAt) / 1000,
        ),
      ];
      const counted = [requests, problems, images, bytes, waits, looks, swaps, refusals];
      return exposition([...states, ...counted.map((metric) => metric.family())], { isolate: id });
    },
  };
}
