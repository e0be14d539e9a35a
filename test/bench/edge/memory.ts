/** @file Memory of the isolate and of the process, after the start and after each of several loads. */
import type { ChildProcess } from 'node:child_process';
import { isolateMemory } from '../../support/memory/isolate.ts';
import { processMemory } from '../../support/memory/process.ts';
import { createTable, empty, IMAGES, main, ORIGIN, PORT, photo, post, whileRunning } from './servers.ts';
import { configure, startWorkerd } from './workerd.ts';

const INSPECTOR_PORT = PORT + 1;
const CONNECTIONS = 16;

interface Load {
  name: string;
  image: Uint8Array<ArrayBuffer>;
  count: number;
}

/** Measures memory and prints a table. */
export async function printMemory(): Promise<void> {
  // Each load follows the ones before it in the same process.
  const loads: Load[] = [
    { name: 'the first response', image: IMAGES.png, count: 1 },
    { name: '2,000 PNGs', image: IMAGES.png, count: 2_000 },
    { name: '500 JPEGs of 400×533', image: IMAGES.jpeg, count: 500 },
    { name: 'a JPEG of 12 megapixels', image: await photo(4_000, 3_000), count: 1 },
    { name: '500 more JPEGs of 400×533', image: IMAGES.jpeg, count: 500 },
  ];
  const processes = await underLoads(loads, undefined, ({ pid }) => processMemory(pid as number));
  const isolates = await underLoads(loads, INSPECTOR_PORT, () =>
    isolateMemory(`ws://127.0.0.1:${INSPECTOR_PORT}/main`, async () =>
      (await fetch(`${ORIGIN}/health/live`)).text(),
    ),
  );
  const table = createTable([
    'memory after, MiB',
    'isolate',
    'heap + buffers, WebAssembly’s memory + its code',
    'process, RSS',
    'PSS',
  ]);
  const idle = await whileRunning(
    empty,
    () => fetch(ORIGIN),
    ({ pid }) => processMemory(pid as number),
  );
  table.push(['an empty Worker', '', '', idle.rss.toFixed(0), idle.pss.toFixed(0)]);
  for (const [i, name] of ['the start', ...loads.map(({ name }) => name)].entries()) {
    const { total, heap, buffers, wasmCode } = isolates[i];
    const { rss, pss } = processes[i];
    const parts = [heap, buffers, wasmCode].map((part) => part.toFixed(1)).join(' + ');
    table.push([name, total.toFixed(1), parts, rss.toFixed(0), pss.toFixed(0)]);
  }
  console.log(`${table.toString()}\n`);
}

/** Calls `measure` after the start and after each load. @param inspectorPort port of the inspector; none if undefined */
function underLoads<T>(
  loads: Load[],
  inspectorPort: number | undefined,
  measure: (server: ChildProcess) => Promise<T> | T,
): Promise<T[]> {
  const config = configure({ main, variables: { ENGINE: 'simd' } }, PORT);
  return whileRunning(
    () => startWorkerd(config, inspectorPort),
    () => fetch(`${ORIGIN}/health/live`),
    async (server) => {
      const results = [await measure(server)];
      for (const load of loads) {
        await send(load);
        results.push(await measure(server));
      }
      return results;
    },
  );
}

/** Sends the requests of a load over several connections. @throws Error at a response that is an error */
async function send({ image, count }: Load): Promise<void> {
  let sent = 0;
  const sending = async () => {
    while (sent++ < count) {
      const response = await post(image);
      if (!response.ok) throw new Error(await response.text());
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sending));
}
