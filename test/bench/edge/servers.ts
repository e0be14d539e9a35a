/** @file The servers that `npm run bench:edge` compares, and requests to them. Only one server runs at a time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { init as initJpegEncoder } from '@jsquash/jpeg/encode.js';
import Table from 'cli-table3';
import { greyPng, jpeg, paint } from '../../fixtures/images.ts';
import { bundle, configure, emptyBundle, type Services, startWorkerd } from './workerd.ts';

export const PORT = 9377;
export const ORIGIN = `http://127.0.0.1:${PORT}`;
export const PEER_SCRIPT = join(import.meta.dirname, 'peer.ts');
/** Folder in which the packages of the peer are installed; undefined without the peer. */
export const { PEER } = process.env;

/** Starts a server, which listens on `PORT`. */
export type Start = () => ChildProcess;

export const workerd = (services: Services): Start => {
  const config = configure(services, PORT);
  return () => startWorkerd(config);
};

export const main = bundle('wrangler.toml');
/** A Worker that does nothing: the cost of workerd itself. */
export const empty = workerd({ main: emptyBundle() });
export const simd = workerd({ main, variables: { ENGINE: 'simd' } });
export const onnxruntime = workerd({
  main,
  ort: bundle('wrangler.ort.toml'),
  variables: { ENGINE: 'ort' },
});
export const peer: Start = () =>
  spawn(process.execPath, [PEER_SCRIPT, `${PORT}`], {
    cwd: PEER as string,
    stdio: ['ignore', 'ignore', 'inherit'],
  });

const encoder = fileURLToPath(import.meta.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
await initJpegEncoder({ wasmBinary: new Uint8Array(readFileSync(encoder)).buffer });

export const IMAGES = {
  png: await greyPng(28, 28, (x, y) => (x > 6 && x < 21 && y > 3 ? 90 + ((x * 31 + y * 17) % 120) : 0)),
  jpeg: await photo(400, 533),
};

/** Returns a JPEG photo of a striped shirt in front of a pale wall, with noise as from a camera. */
export function photo(width: number, height: number): Promise<Uint8Array<ArrayBuffer>> {
  const pixels = paint(width, height, (x, y) => {
    const noise = (x * 7919 + y * 104729) % 23;
    const inside = Math.abs(x - width / 2) < width / 4 && Math.abs(y - height / 2) < height / 3;
    return inside
      ? [40 + ((y >> 4) % 2) * 60 + noise, 50 + noise, 110 + noise]
      : [200 + noise, 196 + noise, 186 + noise];
  });
  return jpeg(pixels);
}

export const post = (body: Uint8Array<ArrayBuffer>) =>
  fetch(`${ORIGIN}/v1/classify`, { method: 'POST', body });

/** Runs `measure` while a server runs, as soon as the server responds to `request` with success. */
export async function whileRunning<T>(
  start: Start,
  request: () => Promise<Response>,
  measure: (server: ChildProcess) => Promise<T> | T,
): Promise<T> {
  const server = start();
  try {
    while (!(await request().catch(() => undefined))?.ok) await setTimeout(20);
    return await measure(server);
  } finally {
    await end(server);
  }
}

export async function end(server: ChildProcess): Promise<void> {
  const closed = once(server, 'close');
  server.kill('SIGKILL');
  await closed;
}

export const createTable = (head: string[]) =>
  new Table({ head, style: { head: [], border: [], compact: true } });
