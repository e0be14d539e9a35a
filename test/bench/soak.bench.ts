/**
 * @file `npm run bench:soak`: 10,000 requests to the Worker of `npm start`, 16 at once, while `stable` moves fifty times between six
 * models. test/end-to-end/soak.test.ts checks the same on fewer.
 */

import { quantile, soak, thirdOf } from '../end-to-end/soak/soak.ts';
import type { IsolateMemory } from '../support/memory/isolate.ts';

const { requests, swaps, errors, versions, lag, latencies, memory, isolate, seconds } = await soak({
  requests: 10_000,
  swaps: 50,
});
const total = ({ total, heap, buffers, wasmCode }: IsolateMemory) =>
  `${total.toFixed(1)} (heap ${heap.toFixed(1)}, buffers and WebAssembly’s memory ${buffers.toFixed(1)}, its code ${wasmCode.toFixed(1)})`;

console.log(`${requests} requests in ${seconds.toFixed(1)} s, ${errors.length} without their answer
${swaps} swaps; answers by version: ${[...versions].map(([version, count]) => `${version.slice(0, 8)} ${count}`).join(', ')}
oldest answer: ${lag.toFixed(0)} ms behind the alias
p50 ${quantile(latencies, 0.5).toFixed(1)} ms, p99 ${quantile(latencies, 0.99).toFixed(1)} ms, longest ${Math.max(...latencies).toFixed(0)} ms
isolate after garbage collection, MiB: ${total(isolate.early)} once it had served each version, ${total(isolate.late)} at the end
its process with wrangler's bucket in it, RSS in MiB: thirds ${([0, 1, 2] as const).map((third) => thirdOf(memory, third).toFixed(0)).join(', ')}; raw ${memory.map((value) => value.toFixed(0)).join(' ')}`);
for (const error of errors.slice(0, 5)) console.error(error);
if (errors.length > 0) process.exitCode = 1;
