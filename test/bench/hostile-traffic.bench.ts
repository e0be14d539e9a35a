/**
 * @file `npm run bench:hostile`: four visitors and two attackers send requests to the Worker of `npm start`.
 * test/end-to-end/hostile-traffic.test.ts asserts the same in less time.
 */
import { Command, InvalidArgumentError } from 'commander';
import { hostileTraffic } from '../end-to-end/hostile-traffic/hostile-traffic.ts';
import { quantile } from '../support/statistics.ts';

const seconds = (text: string) => {
  if (!(Number(text) > 0)) throw new InvalidArgumentError('It is a number of seconds above 0.');
  return Number(text);
};
const { duration } = new Command('npm run bench:hostile')
  .description(
    'Sends valid and hostile requests to the Worker of npm start, and measures its answers and memory.',
  )
  .option('--duration <seconds>', 'how long the requests go on', seconds, 600)
  .showHelpAfterError('Run with --help for usage.')
  .parse()
  .opts<{ duration: number }>();

const {
  latencies,
  failures,
  hostile,
  heap,
  decoders,
  after,
  process: memory,
} = await hostileTraffic(duration);
const times = (values: number[]) =>
  `${values.length}, p50 ${quantile(values, 0.5).toFixed(0)} ms, p99 ${quantile(values, 0.99).toFixed(0)} ms, longest ${Math.max(...values).toFixed(0)} ms`;
const isolate = heap.toSorted((a, b) => b.total - a.total);
const [largest] = isolate;
if (!largest) throw new Error('The isolate was never measured.');
const totals = isolate.map(({ total }) => total);
const counts = [...hostile].toSorted().map(([name, count]) => `  ${name} × ${count}`);
console.log(`valid requests: ${times(latencies.visitor)}
/health/live: ${times(latencies.health)}
isolate, MiB: largest ${largest.total.toFixed(1)} (objects ${largest.objects.toFixed(1)}, buffers ${largest.buffers.toFixed(1)}), median ${quantile(totals, 0.5).toFixed(1)}, of ${heap.length} measurements; beside it, WebAssembly’s memory ${after.buffers.toFixed(1)}
decoders’ isolate without WebAssembly’s memory, MiB: largest ${Math.max(...decoders.map(({ total }) => total)).toFixed(1)}
process with all Workers and the local bucket, MiB: ${memory.before.toFixed(0)} before, peak ${memory.peak.toFixed(0)}
hostile requests:
${counts.join('\n')}
failures: ${failures.length}`);
for (const failure of new Set(failures.slice(0, 20))) console.error(failure.slice(0, 500));
if (failures.length > 0) process.exitCode = 1;
