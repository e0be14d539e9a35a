/**
 * @file `npm run bench:soak`: 10,000 requests to the Worker of `npm start`, 16 at once, while `stable` moves 50 times between six models.
 * test/end-to-end/soak.test.ts asserts the same with fewer requests.
 */
import { Command } from 'commander';
import { soak } from '../end-to-end/soak/soak.ts';
import type { IsolateMemory } from '../support/memory/isolate.ts';
import { mean, quantile } from '../support/statistics.ts';

new Command('npm run bench:soak')
  .description('Sends 10,000 requests to the Worker of npm start while stable moves between six models.')
  .showHelpAfterError('Run with --help for usage.')
  .parse();

const { requests, swaps, errors, versions, lag, latencies, memory, isolate, seconds } = await soak({
  requests: 10_000,
  swaps: 50,
});
const total = ({ total, heap, buffers, wasmCode }: IsolateMemory) =>
  `${total.toFixed(1)} (heap ${heap.toFixed(1)}, buffers and WebAssembly’s memory ${buffers.toFixed(1)}, its code ${wasmCode.toFixed(1)})`;
const size = Math.floor(memory.length / 3);
const thirds = [0, 1, 2].map((third) => mean(memory.slice(third * size, (third + 1) * size)).toFixed(0));

console.log(`${requests} requests in ${seconds.toFixed(1)} s, ${errors.length} failed
${swaps} swaps; responses by version: ${[...versions].map(([version, count]) => `${version.slice(0, 8)} ${count}`).join(', ')}
oldest response: ${lag.toFixed(0)} ms behind the alias
p50 ${quantile(latencies, 0.5).toFixed(1)} ms, p99 ${quantile(latencies, 0.99).toFixed(1)} ms, longest ${Math.max(...latencies).toFixed(0)} ms
isolate after garbage collection, MiB: ${total(isolate.early)} after each version has served once, ${total(isolate.late)} at the end
process, including wrangler's bucket, RSS in MiB: mean of each third ${thirds.join(', ')}; raw ${memory.map((value) => value.toFixed(0)).join(' ')}`);
for (const error of errors.slice(0, 5)) console.error(error);
if (errors.length > 0) process.exitCode = 1;
