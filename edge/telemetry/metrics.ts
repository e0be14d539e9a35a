/**
 * @file Metrics of one isolate for Prometheus.
 *
 * Cloudflare runs many isolates and chooses the one that a scrape reaches. Every sample has the label `isolate`, because otherwise
 * a counter would jump between the values of different isolates. Workers Analytics Engine has the totals of all isolates. With a
 * single isolate, as under `npm start`, these metrics are the totals.
 */
import { MODEL_CHECKS } from '#shared/inference/model.ts';
import { BUNDLED_ALIAS, DEFAULT_ALIAS } from '#shared/manifest.ts';
import type { Registry, RegistryEvent } from '../registry/registry.ts';
import type { CompletedRequest } from './completed-request.ts';
import { counter, exposition, type Family, gauge, histogram } from './prometheus.ts';

export interface Isolate {
  id: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

/** Upper bounds in seconds. The last one is the timeout of the object store. */
const WAIT_BOUNDS = [0.001, 0.01, 0.1, 1, 3];

export class Metrics {
  readonly #requests = counter('tinyvgg_http_requests_total', 'Responses, by route, method and status.');
  readonly #problems = counter('tinyvgg_problems_total', 'Problem responses, by problem type.');
  readonly #images = counter(
    'tinyvgg_images_total',
    'Images in requests, by kind and outcome: `read`, or the problem type.',
  );
  readonly #bytes = counter('tinyvgg_http_request_body_bytes_total', 'Bytes of request bodies.');
  readonly #waits = histogram(
    'tinyvgg_wait_seconds',
    'Time that requests waited for their body or the object store. Computation is not measured, since Cloudflare stops the clock.',
    WAIT_BOUNDS,
  );
  readonly #refreshes = counter(
    'tinyvgg_store_looks_total',
    'Refreshes of an alias from the object store, by outcome: changed, unchanged, absent, failed.',
  );
  readonly #swaps = counter(
    'tinyvgg_model_swaps_total',
    'Times that the default alias changed from one version to another.',
  );
  readonly #refusals = counter(
    'tinyvgg_model_refusals_total',
    'Models that failed a check before serving, by check.',
  );

  constructor() {
    // Series that start at 0, so that Prometheus sees the first increase.
    this.#bytes.add({}, 0);
    this.#swaps.add({}, 0);
    for (const check of MODEL_CHECKS) this.#refusals.add({ check }, 0);
    for (const outcome of ['changed', 'unchanged', 'absent', 'failed']) {
      this.#refreshes.add({ alias: DEFAULT_ALIAS, outcome }, 0);
    }
  }

  countRequest({ route, method, status, problem, images, bodyBytes, waits }: CompletedRequest): void {
    this.#requests.add({ route, method, status: `${status}` });
    if (problem) this.#problems.add({ type: problem });
    for (const { kind, outcome } of images) this.#images.add({ kind, outcome });
    this.#bytes.add({}, bodyBytes);
    for (const [reason, time] of Object.entries(waits)) this.#waits.observe({ for: reason }, time / 1000);
  }

  countEvent(event: RegistryEvent): void {
    if (event.type === 'refusal') {
      this.#refusals.add({ check: event.check });
      return;
    }
    const { isDefault } = event;
    // Clients choose the names of other aliases, so those names must not become labels.
    this.#refreshes.add({ alias: isDefault ? DEFAULT_ALIAS : 'other', outcome: event.outcome });
    if (isDefault && event.replaced !== undefined) this.#swaps.add();
  }

  /** Returns all metrics in the exposition format. */
  expose(registry: Registry, { id, startedAt }: Isolate): string {
    const counted = [
      ...[this.#requests, this.#problems, this.#images, this.#bytes, this.#waits],
      ...[this.#refreshes, this.#swaps, this.#refusals],
    ];
    const families = [...gauges(registry, startedAt), ...counted.map((metric) => metric.family())];
    return exposition(families, { isolate: id });
  }
}

function gauges({ current, store }: Registry, startedAt: number): Family[] {
  return [
    gauge('tinyvgg_isolate_start_time_seconds', 'Time of the isolate’s first request.', startedAt / 1000),
    gauge(
      'tinyvgg_model_info',
      'The model of the default alias, or the bundled model. Absent until a request needs a model.',
      current && 1,
      {
        version: current?.manifest.version ?? '',
        alias: current?.alias ?? '',
        engine: current?.engine ?? '',
      },
    ),
    gauge(
      'tinyvgg_bundled',
      '1 while the bundled model serves, because the object store has provided no model.',
      Number(current?.alias === BUNDLED_ALIAS),
    ),
    gauge(
      'tinyvgg_store_failed_looks',
      'Consecutive failed refreshes of the default alias. Above 0, the last good model serves.',
      store.failures,
    ),
    gauge(
      'tinyvgg_store_last_success_timestamp_seconds',
      'Time of the last successful refresh of the default alias; 0 before the first.',
      store.succeededAt === null ? 0 : Date.parse(store.succeededAt) / 1000,
    ),
  ];
}
