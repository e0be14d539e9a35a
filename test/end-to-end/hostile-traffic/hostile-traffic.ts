/** @file Visitors and attackers at once, while an alias changes. Records responses, times, and the memory of the isolate. */
import { setTimeout } from 'node:timers/promises';
import { promote, push } from '../../../train/registry/registry.ts';
import { openLocalStore } from '../../../train/store/open.ts';
import { type HeapSample, watchHeap } from '../../support/memory/heap-watch.ts';
import { type IsolateMemory, isolateMemory } from '../../support/memory/isolate.ts';
import { workerMemory } from '../../support/memory/process.ts';
import { freePort } from '../../support/ports.ts';
import { startWorker } from '../../support/worker.ts';
import { untrainedReleases } from '../soak/models.ts';
import { attacker, type TrafficRequest, visitor } from './requests.ts';

const VISITORS = 4;
const ATTACKERS = 2;
const REFRESH_MS = 100;

export interface HostileTraffic {
  /** Milliseconds from request to response of valid requests, and of `/health/live` beside them. */
  latencies: { visitor: number[]; health: number[] };
  /** Valid requests that failed, and hostile ones that got a status of 500 or higher or lost their connection. */
  failures: string[];
  /** Number of hostile requests by name and status. `cut` stands for a client that hung up. */
  hostile: Map<string, number>;
  /** Memory of the isolate without WebAssembly's, in order of time. */
  heap: HeapSample[];
  /** The same of the decoders' isolate. */
  decoders: HeapSample[];
  /** Memory of the isolate in the end, in MiB. Memories of WebAssembly never shrink, so that its buffers include their largest size. */
  after: IsolateMemory;
  /** Resident memory of the process, in MiB: before the traffic and the peak. All Workers and the local bucket run in it. */
  process: { before: number; peak: number };
}

/** @param seconds how long the traffic lasts */
export async function hostileTraffic(seconds: number): Promise<HostileTraffic> {
  const inspectorPort = await freePort();
  const worker = await startWorker({
    withOrt: true,
    inspectorPort,
    variables: { REFRESH_MS: `${REFRESH_MS}` },
  });
  const traffic: HostileTraffic = {
    latencies: { visitor: [], health: [] },
    failures: [],
    hostile: new Map(),
    heap: [],
    decoders: [],
    after: { heap: 0, buffers: 0, wasmCode: 0, total: 0 },
    process: { before: 0, peak: 0 },
  };
  try {
    const store = openLocalStore(worker.origin);
    const releases = await untrainedReleases(2);
    for (const release of releases) await push(store, release);
    const versions = releases.map(({ manifest }) => manifest.version);
    const visitors = await Promise.all(Array.from({ length: VISITORS }, (_, i) => visitor(i)));
    const attackers = await Promise.all(Array.from({ length: ATTACKERS }, (_, i) => attacker(100 + i)));
    const processMemory = () => workerMemory(worker.pid);
    const before = processMemory().rss;
    const inspector = `ws://127.0.0.1:${inspectorPort}/core:user:tinyvgg-edge`;
    const heap = await watchHeap(inspector);
    const decoders = await watchHeap(`${inspector}-decode`);
    const end = performance.now() + 1000 * seconds;
    const until = async (work: () => Promise<void>): Promise<void> => {
      while (performance.now() < end) await work();
    };
    const moves = until(async () => {
      versions.reverse();
      await promote(store, 'tinyvgg', versions[0] as string);
      await setTimeout(3 * REFRESH_MS);
    });
    const visits = visitors.map((next) => until(() => visit(worker.origin, next(), traffic)));
    const attacks = attackers.map((next) => until(() => attack(worker.origin, next(), traffic)));
    const health = until(async () => {
      await timed(traffic.latencies.health, () => fetch(`${worker.origin}/health/live`));
      await setTimeout(50);
    });
    await Promise.all([moves, ...visits, ...attacks, health]);
    heap.stop();
    decoders.stop();
    traffic.heap = heap.samples;
    traffic.decoders = decoders.samples;
    traffic.after = await isolateMemory(inspector, async () =>
      (await fetch(`${worker.origin}/health/live`)).text(),
    );
    traffic.process = { before, peak: processMemory().peak };
    return traffic;
  } finally {
    await worker.stop();
  }
}

/** Sends a request and adds the milliseconds until its response is complete. */
async function timed(times: number[], send: () => Promise<Response>): Promise<Response> {
  const start = performance.now();
  const response = await send();
  const body = await response.arrayBuffer();
  times.push(performance.now() - start);
  return new Response(body, { status: response.status });
}

async function visit(origin: string, { name, path, init }: TrafficRequest, traffic: HostileTraffic) {
  const failure = await timed(traffic.latencies.visitor, () => fetch(`${origin}${path}`, init)).then(
    async (response) => (response.status === 200 ? undefined : `${response.status} ${await response.text()}`),
    (error: Error) => `${error.message}: ${error.cause}`,
  );
  if (failure) traffic.failures.push(`${name}: ${failure}`);
}

async function attack(origin: string, request: TrafficRequest, traffic: HostileTraffic) {
  const { name, path, init, hangUp } = request;
  const signal = hangUp === undefined ? null : AbortSignal.timeout(hangUp);
  let outcome: string;
  try {
    const response = await fetch(`${origin}${path}`, { ...init, signal });
    const text = await response.text();
    outcome = String(response.status);
    if (response.status >= 500) traffic.failures.push(`${name}: ${outcome} ${text}`);
  } catch (error) {
    outcome = 'cut';
    if (!signal?.aborted) traffic.failures.push(`${name}: ${error} ${(error as Error).cause}`);
  }
  const key = `${name}: ${outcome}`;
  traffic.hostile.set(key, (traffic.hostile.get(key) ?? 0) + 1);
}
