/**
 * @file Uploads that clients hold open, and uploads above the limit, at workerd itself: connections through wrangler's proxy differ.
 * @module-tag slow
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle, configure, startWorkerd } from '../bench/edge/workerd.ts';
import { watchHeap } from '../support/memory/heap-watch.ts';
import { freePort } from '../support/ports.ts';

/** Largest memory of the isolate beside that of the decoders, in MiB. Without a limit, these uploads take 205. */
const MAX_HEAP_MIB = 60;
const UPLOADS = 20;
const UPLOAD_BYTES = 10 * 2 ** 20 - 1000;

const png = new Uint8Array(readFileSync('examples/trouser.png'));
let port: number;
let inspectorPort: number;
let server: ReturnType<typeof startWorkerd>;
const post = (body: Uint8Array<ArrayBuffer>) =>
  fetch(`http://127.0.0.1:${port}/v1/classify`, { method: 'POST', body });

beforeAll(async () => {
  [port, inspectorPort] = [await freePort(), await freePort()];
  const config = configure({ main: bundle('wrangler.toml'), variables: { ACCESS: 'open' } }, port);
  server = startWorkerd(config, inspectorPort);
  while (!(await post(png).catch(() => undefined))?.ok) await setTimeout(50);
});
afterAll(async () => {
  const closed = once(server, 'close');
  server.kill('SIGKILL');
  await closed;
});

/** Sends the beginning of a request. @returns the connection, and the status as soon as there is one */
function upload(declared: number, sent: number): { socket: Socket; status: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  const status = new Promise<string>((resolve) => {
    socket.on('data', (data) => resolve(String(data).slice(9, 12)));
    socket.on('error', ({ message }) => resolve(message));
  });
  socket.write(`POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Length: ${declared}\r\n\r\n`);
  socket.write(new Uint8Array(sent));
  return { socket, status };
}

it('held uploads take limited memory, and small photos are classified beside them', async () => {
  const heap = await watchHeap(`ws://127.0.0.1:${inspectorPort}/main`);
  const uploads = Array.from({ length: UPLOADS }, () => upload(UPLOAD_BYTES + 500, UPLOAD_BYTES));
  await setTimeout(5000);
  expect((await post(png)).status).toBe(200);
  const refused = await post(new Uint8Array(UPLOAD_BYTES));
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
  heap.stop();
  expect(heap.samples.length).toBeGreaterThan(0);
  expect(Math.max(...heap.samples.map(({ total }) => total))).toBeLessThan(MAX_HEAP_MIB);
  for (const { socket } of uploads) socket.destroy();
  await expect.poll(async () => (await post(new Uint8Array(UPLOAD_BYTES))).status).toBe(415);
});

it('every client whose upload is too large receives 413', async () => {
  const declared = 11 * 2 ** 20;
  for (let i = 0; i < UPLOADS; i++) {
    const { socket, status } = upload(declared, declared);
    expect(await status).toBe('413');
    socket.destroy();
  }
});
