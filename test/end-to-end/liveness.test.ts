/**
 * @file What large images cost, and `/health/live` beside them. Times are CPU time of the Worker's process, which other load on the machine
 * hardly changes.
 * @module-tag slow
 */
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EstimatingDecoder } from '#shared/decode/decoder.ts';
import { MAX_BODY_BYTES, MAX_REQUEST_MS } from '../../edge/http/limits.ts';
import { openDecoder } from '../../train/decoder.ts';
import { sample } from '../fixtures/images-samples.ts';
import { type ExpensiveFile, expensiveFiles } from '../support/expensive-files.ts';
import { workerCpu } from '../support/memory/process.ts';
import { type RunningWorker, startWorker } from '../support/worker.ts';

/** Large images that are sent at once. Of files of several MB fewer, because the Worker refuses bodies beyond 25 MiB. */
const AT_ONCE = 6;
const BYTES_AT_ONCE = 11_500_000;

/** Longest time for which `/health/live` may wait, in milliseconds. */
const MAX_WAIT_MS = 200;

let files: ExpensiveFile[];
let worker: RunningWorker;
let cpu: () => number;
beforeAll(async () => {
  // Before the Worker starts: it closes connections that are idle while this thread encodes.
  files = await expensiveFiles();
  worker = await startWorker();
  cpu = workerCpu(worker.pid);
});
afterAll(() => worker.stop());

async function classify(images: Uint8Array<ArrayBuffer>[]): Promise<void> {
  const body = new FormData();
  for (const image of images) body.append('image', new Blob([image]));
  const response = await fetch(`${worker.origin}/v1/classify`, { method: 'POST', body });
  expect({ status: response.status, body: await response.text() }).toMatchObject({ status: 200 });
}

/** CPU time in which the WebP of noise is decoded on the core for which the estimates hold, in milliseconds. */
const WEBP_MS = 310;

/** Returns by how much this core is slower, at least 1. */
async function slowness(decoder: EstimatingDecoder): Promise<number> {
  const webp = files.find(({ name }) => name.includes('WebP')) as ExpensiveFile;
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const start = process.threadCpuUsage().user;
    await decoder.decode(webp.bytes, () => {});
    times.push((process.threadCpuUsage().user - start) / 1000);
  }
  return Math.max(1, Math.min(...times) / WEBP_MS);
}

/** Returns the CPU time until `work` is done. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = cpu();
  await work();
  return cpu() - start;
}

it('a request takes 2 seconds of CPU time at most, with one image and with as many as it may have', async () => {
  const decoder = await openDecoder();
  const limit = MAX_REQUEST_MS * (await slowness(decoder));
  for (const { name, bytes } of files) {
    const estimate = await decoder.cost(bytes);
    const most = Math.floor(Math.min(MAX_REQUEST_MS / estimate, (MAX_BODY_BYTES - 2000) / bytes.length));
    for (const count of [1, most]) {
      const spent = await timed(() => classify(Array(count).fill(bytes)));
      expect(spent, `${count} times ${name}`).toBeLessThan(limit);
    }
  }
});

it('clients that hang up while their image is decoded do not hold others up', async () => {
  const webp = files.find(({ name }) => name.includes('WebP')) as ExpensiveFile;
  const { port } = new URL(worker.origin);
  for (const milliseconds of [50, 100, 150, 200]) {
    const socket = connect(Number(port), '127.0.0.1');
    const head = `POST /v1/classify HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${webp.bytes.length}\r\n\r\n`;
    socket.write(head);
    socket.write(webp.bytes);
    await setTimeout(milliseconds);
    socket.resetAndDestroy();
    // At most the rest of that image, the moment until it is given up, and this image.
    expect(await timed(() => classify([sample('lossy.webp')]))).toBeLessThan(1000);
  }
});

it.each(['PNG', 'JPEG', 'WebP', 'AVIF', 'GIF'])(
  `large %ss delay /health/live by less than ${MAX_WAIT_MS} ms`,
  async (format) => {
    for (const { name, bytes } of files.filter(({ name }) => name.includes(format))) {
      // A client that a busy machine lets wait also counts what is decoded after the response. So one of three attempts is enough.
      let longest = Number.POSITIVE_INFINITY;
      for (let attempt = 0; attempt < 3 && longest >= MAX_WAIT_MS; attempt++)
        longest = await longestWait(bytes);
      expect(longest, name).toBeLessThan(MAX_WAIT_MS);
    }
  },
);

// The last one: the Worker refuses large images until those of the flood are decoded.
it('a flood of clients that hang up delays others by less than 10 seconds', async () => {
  const avif = files.find(({ name }) => name.includes('few bytes')) as ExpensiveFile;
  for (let i = 0; i < 200; i++) {
    const signal = AbortSignal.timeout(5);
    await fetch(`${worker.origin}/v1/classify`, { method: 'POST', body: avif.bytes, signal }).catch(() => {});
  }
  // The images of all of them would take 40 seconds.
  expect(await timed(() => classify([sample('lossy.webp'), sample('lossy.avif')]))).toBeLessThan(10_000);
});

/** Sends several images at once, and returns the longest CPU time for which a request of /health/live waits beside them. */
async function longestWait(image: Uint8Array<ArrayBuffer>): Promise<number> {
  let isBusy = true;
  const count = Math.max(2, Math.min(AT_ONCE, Math.floor(BYTES_AT_ONCE / image.length)));
  const all = Promise.all(Array.from({ length: count }, () => classify([image]))).finally(() => {
    isBusy = false;
  });
  const waits: number[] = [];
  while (isBusy) {
    waits.push(await timed(async () => (await fetch(`${worker.origin}/health/live`)).text()));
    await setTimeout(5);
  }
  await all;
  // Each image is decoded in several pieces.
  expect(waits.length).toBeGreaterThan(2 * count);
  return Math.max(...waits);
}
