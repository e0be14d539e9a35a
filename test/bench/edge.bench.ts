/**
 * @file `npm run bench:edge`: what an answer costs in plain workerd, on this project's kernels and on onnxruntime, and in the server that a
 * team would write first (edge/peer.ts: Node, sharp, onnxruntime-node). Variants in turn; median and raw.
 *
 * Load comes from `wrk` (Debian's wrk). The peer needs `npm install sharp onnxruntime-node` in the folder that PEER names; without it
 * there is no peer to compare with. `-- cold` measures cold starts alone, `-- memory` memory.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { init as initJpegEncoder } from '@jsquash/jpeg/encode.js';
import Table from 'cli-table3';
import { greyPng, jpeg, paint } from '../fixtures/images.ts';
import { isolateMemory } from '../support/memory/isolate.ts';
import { processMemory } from '../support/memory/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { bundle, configure, emptyBundle, startWorkerd } from './edge/workerd.ts';

const PORT = 9377;
const ORIGIN = `http://127.0.0.1:${PORT}`;
/** Alone, the kernels' cold start is what is worked on. */
const isColdAlone = process.argv[2] === 'cold';
const COLD_ROUNDS = isColdAlone ? 40 : 15;
const LOAD_ROUNDS = 3;
const LOAD_SECONDS = 4;

const { PEER } = process.env;
const hasPeer = PEER !== undefined;
if (!hasPeer) console.log('PEER is not set: no Node server to compare with.');
if (process.argv[2] === undefined && spawnSync('wrk', ['-v']).error)
  throw new Error('wrk is not installed (apt-get install wrk).');

const main = bundle('wrangler.toml');
const ort = bundle('wrangler.ort.toml');
const steps = bundle('wrangler.toml', 'test/edge/steps.worker.ts');

/** A server to be measured: starts, and listens on PORT. */
type Start = () => ChildProcess;

const workerd = (services: Parameters<typeof configure>[0]): Start => {
  const config = configure(services, PORT);
  return () => startWorkerd(config);
};
const empty = workerd({ main: emptyBundle() });
const simd = workerd({ main, variables: { ENGINE: 'simd' } });
const onnxruntime = workerd({ main, ort, variables: { ENGINE: 'ort' } });
const peer: Start = () =>
  spawn(process.execPath, [join(import.meta.dirname, 'edge/peer.ts'), `${PORT}`], {
    cwd: PEER as string,
    stdio: ['ignore', 'ignore', 'inherit'],
  });

const encoder = fileURLToPath(import.meta.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
await initJpegEncoder({ wasmBinary: new Uint8Array(readFileSync(encoder)).buffer });
const IMAGES = {
  png: await greyPng(28, 28, (x, y) => (x > 6 && x < 21 && y > 3 ? 90 + ((x * 31 + y * 17) % 120) : 0)),
  jpeg: await jpeg(photo(400, 533)),
};

/** A striped shirt of a kind on a pale wall, with the noise of a camera. */
function photo(width: number, height: number) {
  return paint(width, height, (x, y) => {
    const noise = (x * 7919 + y * 104729) % 23;
    const inside = Math.abs(x - width / 2) < width / 4 && Math.abs(y - height / 2) < height / 3;
    return inside
      ? [40 + ((y >> 4) % 2) * 60 + noise, 50 + noise, 110 + noise]
      : [200 + noise, 196 + noise, 186 + noise];
  });
}

const post = (body: Uint8Array<ArrayBuffer>) => fetch(`${ORIGIN}/v1/classify`, { method: 'POST', body });

/** Milliseconds from the process' start to its first answer to `ask`. */
async function firstAnswer(start: Start, ask: () => Promise<Response>): Promise<number> {
  const begin = performance.now();
  const server = start();
  try {
    while (true) {
      try {
        const response = await ask();
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`answered ${response.status}`, { cause: 'status' });
        return performance.now() - begin;
      } catch (error) {
        if ((error as Error).cause === 'status') throw error;
        await setTimeout(1);
      }
    }
  } finally {
    await end(server);
  }
}

async function end(server: ChildProcess): Promise<void> {
  const closed = once(server, 'close');
  server.kill('SIGKILL');
  await closed;
}

/** Runs `measure` on a server that is up and warm. */
async function whileUp<T>(start: Start, measure: (server: ChildProcess) => Promise<T> | T): Promise<T> {
  const server = start();
  try {
    while (!(await post(IMAGES.png).catch(() => undefined))?.ok) await setTimeout(20);
    return await measure(server);
  } finally {
    await end(server);
  }
}

interface Load {
  p50: number;
  p99: number;
  rate: number;
}

function load(image: Uint8Array, connections: number): Load {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'body'), image);
  const script = join(folder, 'post.lua');
  writeFileSync(
    script,
    `wrk.method = 'POST'
wrk.body = io.open('${join(folder, 'body')}', 'rb'):read('*a')
done = function(summary, latency)
  if summary.errors.status > 0 then io.stderr:write('answers that are no 200: ' .. summary.errors.status .. '\\n') end
  print('RESULT ' .. latency:percentile(50) / 1000 .. ' ' .. latency:percentile(99) / 1000 .. ' ' .. summary.requests / summary.duration * 1e6)
end`,
  );
  const wrk = (seconds: number) =>
    execFileSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, `${ORIGIN}/v1/classify`], {
      encoding: 'utf8',
    });
  wrk(1);
  const [p50 = 0, p99 = 0, rate = 0] = (/RESULT (.*)/.exec(wrk(LOAD_SECONDS))?.[1] ?? '')
    .split(' ')
    .map(Number);
  return { p50, p99, rate };
}

/** Peak resident memory in MiB. */
function peakMemory(server: ChildProcess): number {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const quantile = (values: number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))] as number;
const table = (head: string[]) => new Table({ head, style: { head: [], border: [], compact: true } });

async function coldStart(): Promise<void> {
  const variants: Record<string, [Start, () => Promise<Response>]> = {
    'empty Worker': [empty, () => fetch(ORIGIN)],
    simd: [simd, () => post(IMAGES.png)],
    ...(!isColdAlone && { ort: [onnxruntime, () => post(IMAGES.png)] as [Start, () => Promise<Response>] }),
    ...(hasPeer && { 'Node peer': [peer, () => post(IMAGES.png)] as [Start, () => Promise<Response>] }),
  };
  const times: Record<string, number[]> = {};
  for (let round = 0; round < COLD_ROUNDS; round++) {
    const order = Object.entries(variants);
    if (round % 2) order.reverse();
    for (const [name, [start, ask]] of order) {
      times[name] = [...(times[name] ?? []), await firstAnswer(start, ask)];
    }
  }
  const rows = table(['cold start', 'median, ms', 'beyond the empty Worker', 'raw']);
  const floor = median(times['empty Worker'] as number[]);
  for (const name of Object.keys(variants)) {
    const list = times[name] as number[];
    const value = median(list);
    rows.push([
      name,
      value.toFixed(1),
      (value - floor).toFixed(1),
      list.map((time) => time.toFixed(0)).join(' '),
    ]);
  }
  console.log(`${rows.toString()}\n`);
}

async function requests(): Promise<void> {
  const variants: Record<string, Start> = { simd, ort: onnxruntime, ...(hasPeer && { 'Node peer': peer }) };
  const results: Record<string, Load[]> = {};
  const memory: Record<string, number> = {};
  for (let round = 0; round < LOAD_ROUNDS; round++) {
    const order = Object.entries(variants);
    if (round % 2) order.reverse();
    for (const [name, start] of order) {
      await whileUp(start, (server) => {
        for (const [kind, image] of Object.entries(IMAGES)) {
          for (const connections of [1, 32]) {
            const key = `${name} ${kind} ${connections}`;
            results[key] = [...(results[key] ?? []), load(image, connections)];
          }
        }
        memory[name] = Math.max(memory[name] ?? 0, peakMemory(server));
      });
    }
  }
  const rows = table(['request', 'p50, ms', 'p99, ms', 'requests/s at 32', 'raw p50; raw requests/s']);
  for (const kind of Object.keys(IMAGES)) {
    for (const name of Object.keys(variants)) {
      const alone = results[`${name} ${kind} 1`] as Load[];
      const many = results[`${name} ${kind} 32`] as Load[];
      rows.push([
        `${kind === 'png' ? '28×28 PNG' : '400×533 JPEG'}, ${name}`,
        median(alone.map(({ p50 }) => p50)).toFixed(2),
        median(alone.map(({ p99 }) => p99)).toFixed(2),
        median(many.map(({ rate }) => rate)).toFixed(0),
        `${alone.map(({ p50 }) => p50.toFixed(2)).join(' ')}; ${many.map(({ rate }) => rate.toFixed(0)).join(' ')}`,
      ]);
    }
  }
  console.log(`${rows.toString()}\n`);
  const peaks = Object.entries(memory).map(([name, peak]) => `${name} ${peak.toFixed(0)} MiB`);
  const idle = await emptyMemory();
  console.log(
    `Peak memory of the process under this load: ${peaks.join(', ')}; an empty Worker ${idle.toFixed(0)} MiB\n`,
  );
}

async function emptyMemory(): Promise<number> {
  return whileUp(empty, peakMemory);
}

interface Steps {
  decode: number[];
  photo: number[];
  inference: number[];
}

async function parts(): Promise<void> {
  const measure = workerd({ main: steps });
  const rows = table(['in workerd', 'p50, ms', 'p99, ms']);
  const add = (name: string, times: number[]) =>
    rows.push([name, quantile(times, 0.5).toFixed(3), quantile(times, 0.99).toFixed(3)]);
  for (const engine of ['simd', 'ort']) {
    const { inference, decode, photo } = await whileUpSteps(measure, engine);
    add(`inference alone, ${engine}`, inference);
    if (engine === 'simd') {
      add('400×533 JPEG: decode', decode);
      add('400×533 JPEG: photo pipeline', photo);
    }
  }
  if (hasPeer) {
    const args = [join(import.meta.dirname, 'edge/peer.ts'), '0', 'inference'];
    const times = JSON.parse(execFileSync(process.execPath, args, { cwd: PEER as string, encoding: 'utf8' }));
    add('inference alone, onnxruntime-node', times);
  }
  console.log(rows.toString());
}

async function whileUpSteps(start: Start, engine: string): Promise<Steps> {
  const server = start();
  try {
    while (true) {
      const answer = await fetch(`${ORIGIN}/?engine=${engine}`, { method: 'POST', body: IMAGES.jpeg }).catch(
        () => undefined,
      );
      if (answer?.ok) return (await answer.json()) as Steps;
      if (answer) throw new Error(await answer.text());
      await setTimeout(20);
    }
  } finally {
    await end(server);
  }
}

/** What memory is after: name, request, how many of it. Each on top of those before. */
const LOADS: [name: string, image: Uint8Array<ArrayBuffer>, count: number][] = [
  ['the first answer', IMAGES.png, 1],
  ['2,000 PNGs', IMAGES.png, 2_000],
  ['500 JPEGs of 400×533', IMAGES.jpeg, 500],
  ['a JPEG of 12 megapixels', await jpeg(photo(4_000, 3_000)), 1],
  ['500 JPEGs of 400×533 more', IMAGES.jpeg, 500],
];
const INSPECTOR = PORT + 1;
const CONNECTIONS = 16;

/** Calls `see` after the start and after each load. */
async function underLoads<T>(
  inspector: number | undefined,
  see: (server: ChildProcess) => T,
): Promise<Awaited<T>[]> {
  const seen: Awaited<T>[] = [];
  const server = startWorkerd(configure({ main, variables: { ENGINE: 'simd' } }, PORT), inspector);
  try {
    while (!(await fetch(`${ORIGIN}/health/live`).catch(() => undefined))?.ok) await setTimeout(20);
    seen.push(await see(server));
    for (const [, image, count] of LOADS) {
      let sent = 0;
      const sending = async () => {
        while (sent++ < count) {
          const answer = await post(image);
          if (!answer.ok) throw new Error(await answer.text());
          await answer.arrayBuffer();
        }
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, sending));
      seen.push(await see(server));
    }
  } finally {
    await end(server);
  }
  return seen;
}

async function memory(): Promise<void> {
  const processes = await underLoads(undefined, ({ pid }) => processMemory(pid as number));
  const isolates = await underLoads(INSPECTOR, () =>
    isolateMemory(`ws://127.0.0.1:${INSPECTOR}/main`, async () =>
      (await fetch(`${ORIGIN}/health/live`)).text(),
    ),
  );
  const rows = table([
    'memory after, MiB',
    'isolate',
    'heap + buffers, WebAssembly’s memory + its code',
    'process, RSS',
    'PSS',
  ]);
  const nothing = await whileEmpty(({ pid }) => processMemory(pid as number));
  rows.push(['an empty Worker', '', '', nothing.rss.toFixed(0), nothing.pss.toFixed(0)]);
  for (const [i, name] of ['the start', ...LOADS.map(([name]) => name)].entries()) {
    const { total, heap, buffers, wasmCode } = isolates[i];
    const { rss, pss } = processes[i];
    const parts = [heap, buffers, wasmCode].map((part) => part.toFixed(1)).join(' + ');
    rows.push([name, total.toFixed(1), parts, rss.toFixed(0), pss.toFixed(0)]);
  }
  console.log(`${rows.toString()}\n`);
}

async function whileEmpty<T>(see: (server: ChildProcess) => T): Promise<T> {
  const server = empty();
  try {
    while (!(await fetch(ORIGIN).catch(() => undefined))?.ok) await setTimeout(20);
    return see(server);
  } finally {
    await end(server);
  }
}

const alone = { cold: coldStart, memory }[process.argv[2] ?? ''];
if (alone) {
  await alone();
  process.exit();
}
await coldStart();
await parts();
await requests();
await memory();
