/** @file Time of the steps of a request, which steps.worker.ts measures inside workerd. */
import { execFileSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { quantile } from '../../support/statistics.ts';
import { createTable, end, IMAGES, ORIGIN, PEER, PEER_SCRIPT, type Start, workerd } from './servers.ts';
import { bundle } from './workerd.ts';

/** Milliseconds of each call. */
interface Steps {
  decode: number[];
  photo: number[];
  inference: number[];
}

/** Measures the steps on each engine and prints a table. */
export async function printSteps(): Promise<void> {
  const start = workerd({ main: bundle('wrangler.toml', 'test/bench/edge/steps.worker.ts') });
  const table = createTable(['in workerd', 'p50, ms', 'p99, ms']);
  const add = (name: string, times: number[]) =>
    table.push([name, quantile(times, 0.5).toFixed(3), quantile(times, 0.99).toFixed(3)]);
  for (const engine of ['simd', 'ort']) {
    const { inference, decode, photo } = await measure(start, engine);
    add(`inference alone, ${engine}`, inference);
    if (engine === 'simd') {
      add('400×533 JPEG: decode', decode);
      add('400×533 JPEG: photo pipeline', photo);
    }
  }
  if (PEER !== undefined) {
    const args = [PEER_SCRIPT, '0', 'inference'];
    const times = JSON.parse(execFileSync(process.execPath, args, { cwd: PEER, encoding: 'utf8' }));
    add('inference alone, onnxruntime-node', times);
  }
  console.log(table.toString());
}

async function measure(start: Start, engine: string): Promise<Steps> {
  const server = start();
  const request = { method: 'POST', body: IMAGES.jpeg };
  try {
    while (true) {
      const response = await fetch(`${ORIGIN}/?engine=${engine}`, request).catch(() => undefined);
      if (response?.ok) return (await response.json()) as Steps;
      if (response) throw new Error(await response.text());
      await setTimeout(20);
    }
  } finally {
    await end(server);
  }
}
