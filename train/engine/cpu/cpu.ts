/**
 * @file The cpu engine: the SIMD kernels of shared/kernels, on one thread per core. A step runs entirely inside WebAssembly, and its
 * result does not depend on the number of threads.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { ExplainedError } from '#shared/errors.ts';
import { chooseKernels, type KernelLevel } from '#shared/kernels/choose.ts';
import { compileKernels } from '#shared/kernels/kernels.ts';
import { IS_PACKAGE } from '../../installation.ts';
import type { Engine } from '../engine.ts';
import { freshState } from '../optimizer.ts';
import { openSession } from './session.ts';

export interface CpuOptions {
  /** Number of threads, the calling one included; one per core by default. */
  threads?: number | undefined;
  /** The fastest kernels to use; `winograd` by default. */
  kernels?: KernelLevel | undefined;
}

/** @throws ExplainedError of kind `device` when the compiled kernels are missing */
export async function cpuEngine(options: CpuOptions = {}): Promise<Engine> {
  const { threads = availableParallelism(), kernels = 'winograd' } = options;
  const builds = { relaxed: await readBuild('relaxed'), simd: await readBuild('simd') };
  const build = await compileKernels(builds, { relaxed: kernels === 'relaxed' || kernels === 'winograd' });
  return {
    name: 'cpu',
    description: `WebAssembly kernels ${describeKernels(kernels, build.relaxed)}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    async open(network, weights, optimizer, state = freshState(optimizer, network)) {
      const choices = chooseKernels(network, kernels);
      return openSession({ build, threads, network, choices, weights, optimizer, state });
    },
  };
}

function describeKernels(level: KernelLevel, relaxed: boolean): string {
  return `with ${relaxed ? 'relaxed ' : ''}SIMD${level === 'winograd' ? ' and Winograd’s convolution' : ''}`;
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
      next: IS_PACKAGE
        ? 'Install tinyvgg-train again.'
        : 'Compile them with `npm run kernels`. `npm ci` does it too.',
      cause,
    });
  }
}
