/**
 * @file The cpu engine: the SIMD kernels of shared/kernels on as many threads as there are cores.
 *
 * A whole step runs inside WebAssembly, on memory that is laid out once. The result does not depend on the number of threads.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { ExplainedError } from '#shared/errors.ts';
import { compileKernels } from '#shared/kernels/kernels.ts';
import type { Engine } from '../engine.ts';
import { referenceEngine } from '../reference.ts';
import { uncovered } from './layout.ts';
import { openSession } from './session.ts';

export interface CpuOptions {
  /** Threads, the calling one included; as many as the machine has cores unless given. */
  threads?: number | undefined;
  /** False: without relaxed SIMD even where the machine has it. */
  relaxed?: boolean | undefined;
  /** Says when a network needs other kernels than these. */
  log?: ((line: string) => void) | undefined;
}

/** @throws ExplainedError of kind `device` when the kernels were not compiled */
export async function cpuEngine(options: CpuOptions = {}): Promise<Engine> {
  const { threads = availableParallelism(), log = () => {} } = options;
  const builds = { relaxed: await readBuild('relaxed'), simd: await readBuild('simd') };
  const build = await compileKernels(builds, options);
  const arithmetic = build.relaxed ? 'relaxed SIMD' : 'SIMD';
  return {
    name: 'cpu',
    description: `WebAssembly kernels with ${arithmetic}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    async open(network, weights, optimizer) {
      const lacking = uncovered(network);
      if (lacking === undefined) return openSession(build, threads, network, weights, optimizer);
      log(`No fast kernel for ${lacking}: ${network.name} runs on the reference engine.`);
      return referenceEngine().open(network, weights, optimizer);
    },
  };
}

async function readBuild(name: 'relaxed' | 'simd'): Promise<Uint8Array<ArrayBuffer>> {
  const path = new URL(`../../../shared/kernels/build/${name}.wasm`, import.meta.url);
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new ExplainedError({
      kind: 'device',
      what: 'cannot read the compiled kernels',
      expected: path.pathname,
      got: cause instanceof Error ? cause.message : String(cause),
      next: 'npm run kernels compiles them; npm ci does so too.',
      cause,
    });
  }
}
