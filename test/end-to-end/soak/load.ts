/** @file Requests to the Worker while its model changes, and a record of the responses. */
import type { Timeline } from './timeline.ts';

export interface LoadRecord {
  requests: number;
  /** Failed requests: no response, or a status other than 200. */
  errors: string[];
  /** Number of responses by version. */
  versions: Map<string, number>;
  /** By version and image: the different predictions. More than one would come from a mixture of two models. */
  predictions: Map<string, Set<string>>;
  /** Largest age of a response, in milliseconds: its version had ceased to be current so long before its request began. */
  lag: number;
  /** Milliseconds from request to response. */
  latencies: number[];
}

interface Classified {
  version: string;
  /** Version and number of the image. */
  key: string;
  /** The predictions as JSON. */
  predictions: string;
}

export class Load {
  readonly record: LoadRecord = {
    requests: 0,
    errors: [],
    versions: new Map(),
    predictions: new Map(),
    lag: 0,
    latencies: [],
  };
  readonly #origin: string;
  readonly #files: Uint8Array<ArrayBuffer>[];
  readonly #timeline: Timeline;

  /** @param files images as PNG */
  constructor(origin: string, files: Uint8Array<ArrayBuffer>[], timeline: Timeline) {
    this.#origin = origin;
    this.#files = files;
    this.#timeline = timeline;
  }

  /** Classifies an image without a record. @throws Error unless the status is 200 */
  async classify(image: number, query = ''): Promise<Classified> {
    const address = `${this.#origin}/v1/classify?${query}`;
    const response = await fetch(address, { method: 'POST', body: this.#files[image] });
    const body = (await response.json()) as { model: { version: string }; predictions: object[] };
    if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(body)}`);
    const { version } = body.model;
    return { version, key: `${version} ${image}`, predictions: JSON.stringify(body.predictions) };
  }

  /** Classifies the next image and records the response. */
  async send(): Promise<void> {
    const { record } = this;
    const image = record.requests++ % this.#files.length;
    const start = performance.now();
    try {
      const { version, key, predictions } = await this.classify(image);
      record.latencies.push(performance.now() - start);
      record.lag = Math.max(record.lag, this.#timeline.lag(version, start));
      record.versions.set(version, (record.versions.get(version) ?? 0) + 1);
      record.predictions.set(key, (record.predictions.get(key) ?? new Set()).add(predictions));
    } catch (error) {
      record.errors.push(String(error));
    }
  }
}
