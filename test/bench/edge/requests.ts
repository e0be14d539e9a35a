/** @file Latency and throughput of requests under load, which comes from `wrk`. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../../support/statistics.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { roundsInTurn } from '../rounds.ts';
import {
  createTable,
  empty,
  IMAGES,
  ORIGIN,
  onnxruntime,
  PEER,
  peer,
  post,
  type Start,
  simd,
  whileRunning,
} from './servers.ts';

const ROUNDS = 3;
const SECONDS = 4;
const CONNECTIONS = [1, 32];

interface Load {
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Requests per second. */
  rate: number;
}

/** Measurements of one server: its load by image and number of connections, and its peak memory in MiB. */
interface Measured {
  loads: Record<string, Load>;
  peak: number;
}

/** Measures all servers in turn and prints tables of latency, throughput and memory. */
export async function printRequests(): Promise<void> {
  const variants: Record<string, Start> = {
    simd,
    ort: onnxruntime,
    ...(PEER !== undefined && { 'Node peer': peer }),
  };
  const measured = await roundsInTurn(
    Object.fromEntries(Object.entries(variants).map(([name, start]) => [name, () => measure(start)])),
    ROUNDS,
  );
  const table = createTable(['request', 'p50, ms', 'p99, ms', 'requests/s at 32', 'raw p50; raw requests/s']);
  for (const image of Object.keys(IMAGES)) {
    for (const [name, rounds] of Object.entries(measured)) {
      const [alone, many] = CONNECTIONS.map((count) => rounds.map(({ loads }) => loads[`${image} ${count}`]));
      table.push([
        `${image === 'png' ? '28×28 PNG' : '400×533 JPEG'}, ${name}`,
        median(alone.map(({ p50 }) => p50)).toFixed(2),
        median(alone.map(({ p99 }) => p99)).toFixed(2),
        median(many.map(({ rate }) => rate)).toFixed(0),
        `${alone.map(({ p50 }) => p50.toFixed(2)).join(' ')}; ${many.map(({ rate }) => rate.toFixed(0)).join(' ')}`,
      ]);
    }
  }
  console.log(`${table.toString()}\n`);
  const peaks = Object.entries(measured).map(
    ([name, rounds]) => `${name} ${Math.max(...rounds.map(({ peak }) => peak)).toFixed(0)} MiB`,
  );
  const idle = await whileRunning(empty, () => fetch(ORIGIN), peakMemory);
  console.log(
    `Peak memory of the process under this load: ${peaks.join(', ')}; an empty Worker ${idle.toFixed(0)} MiB\n`,
  );
}

const measure = (start: Start): Promise<Measured> =>
  whileRunning(
    start,
    () => post(IMAGES.png),
    (server) => {
      const loads: Record<string, Load> = {};
      for (const [name, image] of Object.entries(IMAGES)) {
        for (const connections of CONNECTIONS) loads[`${name} ${connections}`] = load(image, connections);
      }
      return { loads, peak: peakMemory(server) };
    },
  );

/** Loads the server that runs, after one second of warm-up. */
function load(image: Uint8Array, connections: number): Load {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'body'), image);
  const script = join(folder, 'post.lua');
  writeFileSync(
    script,
    `wrk.method = 'POST'
wrk.body = io.open('${join(folder, 'body')}', 'rb'):read('*a')
done = function(summary, latency)
  if summary.errors.status > 0 then io.stderr:write('responses with another status than 200: ' .. summary.errors.status .. '\\n') end
  print('RESULT ' .. latency:percentile(50) / 1000 .. ' ' .. latency:percentile(99) / 1000 .. ' ' .. summary.requests / summary.duration * 1e6)
end`,
  );
  const wrk = (seconds: number) =>
    execFileSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, `${ORIGIN}/v1/classify`], {
      encoding: 'utf8',
    });
  wrk(1);
  const [p50 = 0, p99 = 0, rate = 0] = (/RESULT (.*)/.exec(wrk(SECONDS))?.[1] ?? '').split(' ').map(Number);
  return { p50, p99, rate };
}

/** Returns the peak resident memory of a process in MiB. */
function peakMemory({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
