/** @file Many requests to the real Worker while its model is swapped again and again, and what came of them. */
import { setTimeout } from 'node:timers/promises';
import { promote, push } from '../../../train/registry/registry.ts';
import type { Release } from '../../../train/registry/release.ts';
import { openLocalStore } from '../../../train/store/open.ts';
import { png } from '../../fixtures/images.ts';
import { type IsolateMemory, isolateMemory } from '../../support/memory/isolate.ts';
import { workerMemory } from '../../support/memory/process.ts';
import { startWorker } from '../../support/worker.ts';
import { noiseImages, untrainedReleases } from './models.ts';
import { createTimeline } from './timeline.ts';

export interface SoakOptions {
  /** At least so many requests. */
  requests: number;
  /** At least so many moves of `stable` from one version to another. */
  swaps: number;
  /** What wrangler prints; with `log`, the Worker's lines are kept. */
  logLevel?: string;
}

/** Requests under way at once. */
const CONCURRENCY = 16;
/** Versions in turn: more than an isolate holds, so that each is loaded anew when it comes back. */
const VERSIONS = 6;
const IMAGES = 8;
/** Milliseconds between two looks of the Worker at the alias. */
export const SOAK_REFRESH_MS = 100;
const NO_MEMORY: IsolateMemory = { heap: 0, buffers: 0, wasmCode: 0, total: 0 };
/** Milliseconds between two samples of memory. */
const SAMPLE_MS = 250;

export interface Soak {
  requests: number;
  swaps: number;
  /** What went wrong with requests: no answer, or another one than 200. */
  errors: string[];
  /** Answers by version. */
  versions: Map<string, number>;
  /** Different predictions that a version gave to one image; more than one would be a model that is half another. */
  predictions: Map<string, Set<string>>;
  /** What a request that names the version gets, in quiet, by the same keys. */
  expected: Map<string, string>;
  releases: Release[];
  images: Uint8Array;
  /** Milliseconds by which the oldest answer was behind the alias when its request began. */
  lag: number;
  /** Milliseconds from request to answer. */
  latencies: number[];
  /** Resident memory of the Worker's process in MiB, in the order of time; empty but on Linux. */
  memory: number[];
  /** Memory of the isolate after it has served each version once, and at the end. */
  isolate: { early: IsolateMemory; late: IsolateMemory };
  seconds: number;
  /** `/metrics` at the end. */
  metrics: string;
  /** Lines that the Worker logged. */
  lines: Record<string, unknown>[];
}

export async function soak({ requests, swaps, logLevel }: SoakOptions): Promise<Soak> {
  const releases = await untrainedReleases(VERSIONS);
  const images = noiseImages(IMAGES);
  const files = await Promise.all(
    Array.from({ length: IMAGES }, (_, i) =>
      png(28, 28, images.subarray(784 * i, 784 * (i + 1)), { channels: 1 }),
    ),
  );
  let output = '';
  const worker = await startWorker({
    variables: { REFRESH_MS: `${SOAK_REFRESH_MS}` },
    logLevel,
    onOutput: (text) => {
      output += text;
    },
  });
  try {
    const store = openLocalStore(worker.origin);
    const timeline = createTimeline(() => performance.now());
    const result: Soak = {
      requests: 0,
      swaps: 0,
      errors: [],
      versions: new Map(),
      predictions: new Map(),
      expected: new Map(),
      releases,
      images,
      lag: 0,
      latencies: [],
      memory: [],
      isolate: { early: NO_MEMORY, late: NO_MEMORY },
      seconds: 0,
      metrics: '',
      lines: [],
    };

    async function classify(image: number, query = '') {
      const address = `${worker.origin}/v1/classify?${query}`;
      const response = await fetch(address, { method: 'POST', body: files[image] });
      const answer = (await response.json()) as { model: { version: string }; predictions: object[] };
      if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
      const { version } = answer.model;
      return { version, key: `${version} ${image}`, text: JSON.stringify(answer.predictions) };
    }

    async function request(): Promise<void> {
      const image = result.requests++ % IMAGES;
      const start = performance.now();
      try {
        const { version, key, text } = await classify(image);
        result.latencies.push(performance.now() - start);
        result.lag = Math.max(result.lag, timeline.lag(version, start));
        result.versions.set(version, (result.versions.get(version) ?? 0) + 1);
        result.predictions.set(key, (result.predictions.get(key) ?? new Set()).add(text));
      } catch (error) {
        result.errors.push(String(error));
      }
    }

    const isolate = () =>
      isolateMemory(`ws://127.0.0.1:${worker.inspectorPort}/ws`, async () =>
        (await fetch(`${worker.origin}/health/live`)).text(),
      );
    const nameOf = (i: number) => releases[i % VERSIONS].manifest;
    const move = (i: number) =>
      timeline.moving(nameOf(i).version, () =>
        i < VERSIONS ? push(store, releases[i]) : promote(store, 'tinyvgg', nameOf(i).version),
      );
    await move(0);
    await classify(0);

    let [moved, done] = [0, false];
    const begin = performance.now();
    const sampling = (async () => {
      while (!done && process.platform === 'linux') {
        result.memory.push(workerMemory(worker.pid, worker.port));
        await setTimeout(SAMPLE_MS);
      }
    })();
    const swapping = (async () => {
      while (moved < swaps) {
        // Evenly among the requests, but never so soon that the Worker could not see each.
        await setTimeout(1.5 * SOAK_REFRESH_MS);
        while (result.requests < ((moved + 1) * requests) / (swaps + 1)) await setTimeout(5);
        moved += 1;
        await move(moved);
        if (moved !== VERSIONS) continue;
        // A snapshot stops the Worker, which should not be in the middle of a swap.
        await setTimeout(3 * SOAK_REFRESH_MS);
        result.isolate.early = await isolate();
      }
    })();
    const sending = Array.from({ length: CONCURRENCY }, async () => {
      while (result.requests < requests || moved < swaps) await request();
    });
    await Promise.all([swapping, ...sending]).finally(() => {
      done = true;
    });
    result.seconds = (performance.now() - begin) / 1000;
    await sampling;

    result.isolate.late = await isolate();
    // The last move is seen before the counters are read.
    for (let i = 0; i < 3; i++) {
      await setTimeout(2 * SOAK_REFRESH_MS);
      await classify(0);
    }
    result.swaps = timeline.moves() - 1;
    result.metrics = await (await fetch(`${worker.origin}/metrics`)).text();
    for (const { manifest } of releases) {
      for (let image = 0; image < IMAGES; image++) {
        const { key, text } = await classify(image, `version=${manifest.version}`);
        result.expected.set(key, text);
      }
    }
    await setTimeout(SAMPLE_MS);
    result.lines = [...output.matchAll(/\{"level":.*\}/g)].map(([line]) => JSON.parse(line));
    return result;
  } finally {
    await worker.stop();
  }
}

/** Mean of a third of the samples: 0 for the first, 2 for the last. */
export function thirdOf(samples: number[], third: 0 | 1 | 2): number {
  const size = Math.floor(samples.length / 3);
  const part = samples.slice(third * size, (third + 1) * size);
  return part.reduce((a, b) => a + b, 0) / part.length;
}

export const quantile = (values: number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];
