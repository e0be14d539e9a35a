/** @file `npm run bench:explorer`: frames of /explore in headless Chromium, which draws on the processor. */
import Table from 'cli-table3';
import { explorerFrames } from './web/explorer.ts';

const table = new Table({ head: ['', 'CPU', 'frame, median', 'p95', 'work a frame'] });
for (const { action, slowdown, median, p95, work } of await explorerFrames()) {
  const cpu = slowdown === 1 ? '1440 px' : `360 px, ${slowdown}× slower`;
  table.push([action, cpu, ...[median, p95, work].map((time) => `${time.toFixed(1)} ms`)]);
}
console.log(table.toString());
