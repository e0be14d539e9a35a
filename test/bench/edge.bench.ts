/**
 * @file `npm run bench:edge`: the cost of a request in plain workerd, on this project's kernels and on onnxruntime. The peer is a
 * server that a team would write first (edge/peer.ts: Node, sharp, onnxruntime-node). Variants run in turn; tables show the median and
 * the raw values.
 *
 * `wrk` (Debian's wrk) sends the load. The peer needs `npm install sharp onnxruntime-node` in the folder that PEER names; without PEER
 * there is no comparison. `-- cold` measures only the cold starts of the kernels, `-- memory` only memory.
 */
import { spawnSync } from 'node:child_process';
import { Argument, Command } from 'commander';

const { args } = new Command('npm run bench:edge --')
  .description('Measures requests, cold starts and memory of the Worker in workerd.')
  .addArgument(new Argument('[part]', 'what to measure (default: everything)').choices(['cold', 'memory']))
  .addHelpText(
    'after',
    `
Environment:
  PEER  folder with sharp and onnxruntime-node, for the comparison with a Node server`,
  )
  .showHelpAfterError('Run with --help for usage.')
  .parse();

// Imported only now, because servers.ts builds the Workers.
const { PEER } = await import('./edge/servers.ts');
const { printColdStart } = await import('./edge/cold-start.ts');
const { printMemory } = await import('./edge/memory.ts');
const { printRequests } = await import('./edge/requests.ts');
const { printSteps } = await import('./edge/steps.ts');

if (PEER === undefined) console.log('PEER is not set, so there is no Node server to compare with.');

switch (args[0]) {
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
