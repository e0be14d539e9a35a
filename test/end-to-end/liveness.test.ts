/**
 * @file `/health/live` while several large images are decoded. Times are CPU time of the Worker's process, which other load on the machine
 * hardly changes.
 * @module-tag slow
 */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import encodeWebp, { init as initWebpEncoder } from '@jsquash/webp/encode.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { paint, png } from '../fixtures/images.ts';
import { workerCpu } from '../support/memory/process.ts';
import { median } from '../support/statistics.ts';
import { type RunningWorker, startWorker } from '../support/worker.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Large images that are sent at once. */
const AT_ONCE = 6;

/** CPU time of a small request, and of the engine's and the collector's threads beside it, in milliseconds. */
const SMALL_MS = 60;

/** Returns a reproducible number from 0 to 255. */
const noise = (i: number) => (Math.imul(i, 2_654_435_761) >>> 13) & 255;

async function noisyPng(): Promise<Bytes> {
  const [width, height] = [2400, 2000];
  const samples = Uint8Array.from({ length: 3 * width * height }, (_, i) =>
    i % 3 === 0 ? noise(i) & 63 : 10,
  );
  return png(width, height, samples, { channels: 3 });
}

async function noisyWebp(): Promise<Bytes> {
  const wasm = fileURLToPath(import.meta.resolve('@jsquash/webp/codec/enc/webp_enc_simd.wasm'));
  await initWebpEncoder({ wasmBinary: new Uint8Array(readFileSync(wasm)).buffer });
  const pixels = paint(1600, 1200, (x, y) => [noise(x + 1600 * y), noise(3 * x + y), noise(x + 5 * y)]);
  const image = pixels as Parameters<typeof encodeWebp>[0];
  return new Uint8Array(await encodeWebp(image, { quality: 80, method: 0 }));
}

let images: { png: Bytes; webp: Bytes };
let worker: RunningWorker;
let cpu: () => number;
beforeAll(async () => {
  // Before the Worker starts: it closes connections that are idle while this thread encodes.
  images = { png: await noisyPng(), webp: await noisyWebp() };
  worker = await startWorker();
  cpu = workerCpu(worker.pid);
});
afterAll(() => worker.stop());

async function classify(body: Bytes): Promise<void> {
  const response = await fetch(`${worker.origin}/v1/classify`, { method: 'POST', body });
  expect({ status: response.status, body: await response.text() }).toMatchObject({ status: 200 });
}

/** Returns the CPU time until `work` is done. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = cpu();
  await work();
  return cpu() - start;
}

it.each([
  ['PNGs, in the API’s Worker', 'png'],
  ['WebPs, in the decoders’ Worker', 'webp'],
] as const)('several %s, delay /health/live by one of them at most', async (_, name) => {
  const image = images[name];
  const single: number[] = [];
  for (let i = 0; i < 4; i++) single.push(await timed(() => classify(image)));
  const one = median(single.slice(1));

  const limit = 1.5 * one + SMALL_MS;
  // A client that a busy machine lets wait for its turn also counts what is decoded after the response. So one of three attempts is enough.
  let longest = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && longest >= limit; attempt++) longest = await longestWait(image);
  expect(longest).toBeLessThan(limit);
});

/** Sends several images at once, and returns the longest CPU time for which a request of /health/live waits beside them. */
async function longestWait(image: Bytes): Promise<number> {
  let isBusy = true;
  const all = Promise.all(Array.from({ length: AT_ONCE }, () => classify(image))).finally(() => {
    isBusy = false;
  });
  const waits: number[] = [];
  while (isBusy) {
    waits.push(await timed(async () => (await fetch(`${worker.origin}/health/live`)).text()));
    await setTimeout(5);
  }
  await all;
  // Most of them were decoded between two of these requests.
  expect(waits.length).toBeGreaterThan(AT_ONCE / 2);
  return Math.max(...waits);
}
