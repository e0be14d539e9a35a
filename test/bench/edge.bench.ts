/**
 * @file `npm run bench:edge`: the cost of a request in plain workerd, on this project's kernels and on onnxruntime. The peer is a
 * server that a team would write first (edge/peer.ts: Node, sharp, onnxruntime-node). Variants run in turn; tables show the median and
 * the raw values.
 *
 * `wrk` (Debian's wrk) sends the load. The peer needs `npm install sharp onnxruntime-node` in the folder that PEER names; without PEER
 * there is no comparison. `-- cold` measures only the cold starts of the kernels, `-- memory` only memory.
 */
import { spawnSync } from 'node:child_process';
import { printColdStart } from './edge/cold-start.ts';
import { printMemory } from './edge/memory.ts';
import { printRequests } from './edge/requests.ts';
import { PEER } from './edge/servers.ts';
import { printSteps } from './edge/steps.ts';

if (PEER === undefined) console.log('PEER is not set, so there is no Node server to compare with.');

switch (process.argv[2]) {
  case 'cold':
    await printColdStart(40, ['empty Worker', 'simd', 'Node peer']);
    break;
  case 'memory':
    await printMemory();
    break;
  default:
    if (spawnSync('wrk', ['-v']).error) throw new Error('wrk is not installed (apt-get install wrk).');
    await printColdStart(15);
    await printSteps();
    await printRequests();
    await printMemory();
}
