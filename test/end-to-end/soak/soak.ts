/** @file Many requests to the Worker while the alias `stable` moves from model to model. */
import { setTimeout } from 'node:timers/promises';
import type { LogLevelName } from '../../../infra/local/server-options.ts';
import { promote, push } from '../../../train/registry/registry.ts';
import type { Release } from '../../../train/release/release.ts';
import { openLocalStore } from '../../../train/store/open.ts';
import { png } from '../../fixtures/images.ts';
import { type IsolateMemory, isolateMemory } from '../../support/memory/isolate.ts';
import { workerMemory } from '../../support/memory/process.ts';
import { freePort } from '../../support/ports.ts';
import { type RunningWorker, startWorker } from '../../support/worker.ts';
import { Load, type LoadRecord } from './load.ts';
import { noiseImages, untrainedReleases } from './models.ts';
import { createTimeline } from './timeline.ts';

export interface SoakOptions {
  /** Least number of requests. */
  requests: number;
  /** Number of moves of `stable` from one version to another. */
  swaps: number;
  /** Log level of the Worker. With `log`, `lines` receives what the Worker logs. */
  logLevel?: LogLevelName;
}

/** Number of simultaneous requests. */
const CONCURRENCY = 16;
/** Number of versions. An isolate holds fewer, so that it loads each version again when `stable` returns to it. */
const VERSIONS = 6;
const IMAGES = 8;
/** Milliseconds between two reads of the alias by the Worker. */
export const SOAK_REFRESH_MS = 100;
/** Milliseconds between two samples of memory. */
const SAMPLE_MS = 250;
const NO_MEMORY: IsolateMemory = { heap: 0, buffers: 0, wasmCode: 0, total: 0 };

export interface Soak extends LoadRecord {
  swaps: number;
  /** By version and image: the predictions of a request that selects the version, without load. */
  expected: Map<string, string>;
  releases: Release[];
  images: Uint8Array;
  /** Resident memory of the Worker's process in MiB, in order of time. Empty except on Linux. */
  memory: number[];
  /** Memory of the isolate after it has served each version once, and at the end. */
  isolate: { early: IsolateMemory; late: IsolateMemory };
  seconds: number;
  /** The response of `/metrics` at the end. */
  metrics: string;
  /** Lines that the Worker has logged. */
  lines: Record<string, unknown>[];
}

export async function soak({ requests, swaps, logLevel }: SoakOptions): Promise<Soak> {
  const releases = await untrainedReleases(VERSIONS);
  const images = noiseImages(IMAGES);
  let output = '';
  const inspectorPort = await freePort();
  const running = await startWorker({
    withOrt: true,
    inspectorPort,
    variables: { REFRESH_MS: `${SOAK_REFRESH_MS}` },
    ...(logLevel && { logLevel }),
    onOutput: (text) => {
      output += text;
    },
  });
  const worker = { ...running, inspectorPort };
  try {
    const timeline = createTimeline(() => performance.now());
    const load = new Load(worker.origin, await pngFiles(images), timeline);
    const store = openLocalStore(worker.origin);
    const moveAlias = (i: number) => {
      const release = releases[i % VERSIONS];
      const { version } = release.manifest;
      return timeline.moving(version, () =>
        i < VERSIONS ? push(store, release) : promote(store, 'tinyvgg', version),
      );
    };
    await moveAlias(0);
    await load.classify(0);

    const start = performance.now();
    const stopSampling = sampleMemory(worker);
    let areSwapsDone = false;
    const swapping = swapModels({ load, moveAlias, worker, requests, swaps }).finally(() => {
      areSwapsDone = true;
    });
    const sending = Array.from({ length: CONCURRENCY }, async () => {
      while (load.record.requests < requests || !areSwapsDone) await load.send();
    });
    const [early] = await Promise.all([swapping, ...sending]).finally(stopSampling);
    const seconds = (performance.now() - start) / 1000;

    const late = await memoryOf(worker);
    await refresh(load);
    const metrics = await (await fetch(`${worker.origin}/metrics`)).text();
    const expected = await predictionsOf(releases, load);
    await setTimeout(SAMPLE_MS);
    const lines = [...output.matchAll(/\{"level":.*\}/g)].map(([line]) => JSON.parse(line));
    return {
      ...load.record,
      ...{ swaps: timeline.moves() - 1, expected, releases, images, memory: await stopSampling() },
      ...{ isolate: { early, late }, seconds, metrics, lines },
    };
  } finally {
    await worker.stop();
  }
}

interface InspectedWorker extends RunningWorker {
  inspectorPort: number;
}

const pngFiles = (images: Uint8Array) =>
  Promise.all(
    Array.from({ length: IMAGES }, (_, i) =>
      png(28, 28, images.subarray(784 * i, 784 * (i + 1)), { channels: 1 }),
    ),
  );

/** Samples the memory of the Worker's process until the returned function is called, which returns the samples in MiB. */
function sampleMemory({ pid }: RunningWorker): () => Promise<number[]> {
  const samples: number[] = [];
  let isDone = process.platform !== 'linux';
  const sampling = (async () => {
    while (!isDone) {
      samples.push(workerMemory(pid).rss);
      await setTimeout(SAMPLE_MS);
    }
  })();
  return async () => {
    isDone = true;
    await sampling;
    return samples;
  };
}

interface Swapping extends Pick<SoakOptions, 'requests' | 'swaps'> {
  load: Load;
  /** Points the alias at the version of a swap. */
  moveAlias(swap: number): Promise<void>;
  worker: InspectedWorker;
}

/** Spreads the swaps evenly over the requests. @returns memory of the isolate after it has served each version once */
async function swapModels({ load, moveAlias, worker, requests, swaps }: Swapping): Promise<IsolateMemory> {
  let memory = NO_MEMORY;
  for (let swap = 1; swap <= swaps; swap++) {
    // The Worker must have time to read the alias between two swaps.
    await setTimeout(1.5 * SOAK_REFRESH_MS);
    while (load.record.requests < (swap * requests) / (swaps + 1)) await setTimeout(5);
    await moveAlias(swap);
    if (swap !== VERSIONS) continue;
    // A snapshot stops the Worker, which should not load a model at that moment.
    await setTimeout(3 * SOAK_REFRESH_MS);
    memory = await memoryOf(worker);
  }
  return memory;
}

const memoryOf = ({ origin, inspectorPort }: InspectedWorker): Promise<IsolateMemory> =>
  isolateMemory(`ws://127.0.0.1:${inspectorPort}/core:user:tinyvgg-edge`, async () =>
    (await fetch(`${origin}/health/live`)).text(),
  );

/** Sends requests until the Worker has read the alias after its last move. */
async function refresh(load: Load): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await setTimeout(2 * SOAK_REFRESH_MS);
    await load.classify(0);
  }
}

/** Requests the predictions of each version for each image. @returns them by version and image */
async function predictionsOf(releases: Release[], load: Load): Promise<Map<string, string>> {
  const expected = new Map<string, string>();
  for (const { manifest } of releases) {
    for (let image = 0; image < IMAGES; image++) {
      const { key, predictions } = await load.classify(image, `version=${manifest.version}`);
      expected.set(key, predictions);
    }
  }
  return expected;
}
