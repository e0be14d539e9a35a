/**
 * @file The cpu engine: the SIMD kernels of shared/kernels on as many threads as there are cores.
 *
 * A whole step runs inside WebAssembly, on memory that is laid out once. The result does not depend on the number of threads.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { ExplainedError } from '#shared/errors.ts';
import { chooseKernels, type KernelLevel, withoutSimd } from '#shared/kernels/choose.ts';
import { compileKernels } from '#shared/kernels/kernels.ts';
import type { Engine } from '../engine.ts';
import { freshState } from '../optimizer.ts';
import { openSession } from './session.ts';

export interface CpuOptions {
  /** Threads, the calling one included; as many as the machine has cores unless given. */
  threads?: number | undefined;
  /** Kernels up to this level; `winograd`, the fastest, unless given. */
  kernels?: KernelLevel | undefined;
  /** Says which layers of a network have no SIMD kernel. */
  log?: ((line: string) => void) | undefined;
}

/** @throws ExplainedError of kind `device` when the kernels were not compiled */
export async function cpuEngine(options: CpuOptions = {}): Promise<Engine> {
  const { threads = availableParallelism(), kernels = 'winograd', log = () => {} } = options;
  const builds = { relaxed: await readBuild('relaxed'), simd: await readBuild('simd') };
  const build = await compileKernels(builds, { relaxed: kernels === 'relaxed' || kernels === 'winograd' });
  const announced = new Set<string>();
  return {
    name: 'cpu',
    description: `WebAssembly kernels ${describeKernels(kernels, build.relaxed)}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    async open(network, weights, optimizer, state = freshState(optimizer, network)) {
      const choices = chooseKernels(network, kernels);
      const lacking = kernels === 'scalar' ? [] : withoutSimd(choices);
      if (lacking.length > 0 && !announced.has(network.name)) {
        announced.add(network.name);
        log(`No SIMD kernel for ${lacking.join(', ')}: ${network.name} computes them with scalar ones.`);
      }
      return openSession(build, threads, network, choices, weights, optimizer, state);
    },
  };
}

function describeKernels(level: KernelLevel, relaxed: boolean): string {
  if (level === 'scalar') return 'without SIMD';
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
      next: 'npm run kernels compiles them; npm ci does so too.',
      cause,
    });
  }
}
