/**
 * @file `npm run kernels`: compiles the AssemblyScript of shared to WebAssembly, and builds the decoders (decoders.ts). Each core has a thread,
 * which takes the next module when it is done. The threads share the machine code of Binaryen, whose own compilation takes half of the time
 * that a process for each module takes.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import asc from 'assemblyscript/asc';
import { Command } from 'commander';

/** A module: the folder with its asconfig.json, and the arguments of asc. */
type Module = readonly [folder: string, ...args: string[]] | 'decoders';

/** The ones that take longest come first. */
const MODULES: readonly Module[] = [
  'decoders',
  ['shared/kernels', 'assembly/training.ts', '--target', 'simd'],
  ['shared/kernels', 'assembly/training.ts', '--target', 'relaxed'],
  ['shared/input/garment', 'assembly/photo.ts'],
  ['shared/kernels', 'assembly/inference.ts', '--target', 'inference'],
  ['shared/decode/jpeg/reduced', 'assembly/reduced.ts'],
  ['shared/decode/png', 'assembly/png.ts'],
];

const ROOT = join(import.meta.dirname, '../..');

/** @throws Error with asc's messages */
async function compile(module: Module): Promise<void> {
  if (module === 'decoders') {
    await import('./decoders.ts');
    return;
  }
  const [folder, ...args] = module;
  const { error, stderr } = await asc.main([...args, '--baseDir', join(ROOT, folder)]);
  if (error) throw new Error(`cannot compile ${folder}/${args.join(' ')}: ${stderr}`, { cause: error });
}

/** Starts a thread that compiles modules until none is left. */
async function compileRest(rest: Module[]): Promise<void> {
  const thread = new Worker(import.meta.filename);
  await new Promise<void>((settle, fail) => {
    const next = () => {
      const module = rest.shift();
      if (module) thread.postMessage(module);
      else settle();
    };
    thread.on('message', next).on('error', fail);
    next();
  });
  await thread.terminate();
}

if (isMainThread) {
  new Command('npm run kernels')
    .description('Compiles the kernels, the photo pipeline and the decoders to WebAssembly.')
    .showHelpAfterError('Run with --help for usage.')
    .parse();
  const rest = [...MODULES];
  const threads = Math.min(availableParallelism(), rest.length);
  await Promise.all(Array.from({ length: threads }, () => compileRest(rest)));
} else {
  parentPort?.on('message', async (module: Module) => {
    await compile(module);
    parentPort?.postMessage('done');
  });
}
