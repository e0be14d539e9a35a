/** @file `npm run bench:explorer`: frames of /explore in headless Chromium, which draws on the processor. */
import Table from 'cli-table3';
import { explorerFrames } from './web/explorer.ts';

const table = new Table({ head: ['', 'window', 'frame, median', 'p95', 'work a frame'] });
for (const { action, width, median, p95, work } of await explorerFrames()) {
  table.push([action, `${width} px`, ...[median, p95, work].map((time) => `${time.toFixed(1)} ms`)]);
}
console.log(table.toString());
