/**
 * @file `npm run bench:hostile`: ten minutes of four visitors and two attackers at the Worker of `npm start`. `-- 60` lasts a minute.
 * test/end-to-end/hostile-traffic.test.ts asserts the same in less time.
 */
import { hostileTraffic } from '../end-to-end/hostile-traffic/hostile-traffic.ts';
import { quantile } from '../support/statistics.ts';

const {
  latencies,
  failures,
  hostile,
  heap,
  process: memory,
} = await hostileTraffic(Number(process.argv[2] ?? 600));
const times = (values: number[]) =>
  `${values.length}, p50 ${quantile(values, 0.5).toFixed(0)} ms, p99 ${quantile(values, 0.99).toFixed(0)} ms, longest ${Math.max(...values).toFixed(0)} ms`;
const counts = [...hostile].toSorted().map(([name, count]) => `  ${name} × ${count}`);
console.log(`valid requests: ${times(latencies.visitor)}
/health/live: ${times(latencies.health)}
isolate, MiB: largest ${Math.max(...heap).toFixed(1)}, median ${quantile(heap, 0.5).toFixed(1)}, of ${heap.length} measurements
process with all Workers and the local bucket, MiB: ${memory.before.toFixed(0)} before, peak ${memory.peak.toFixed(0)}
hostile requests:
${counts.join('\n')}
failures: ${failures.length}`);
for (const failure of new Set(failures.slice(0, 20))) console.error(failure.slice(0, 500));
if (failures.length > 0) process.exitCode = 1;
