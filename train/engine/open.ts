/** @file Chooses an engine by device name; loads only the libraries of the chosen one. */
import { ExplainedError } from '#shared/errors.ts';
import type { KernelLevel } from '#shared/kernels/choose.ts';
import { fastest, type Workload } from './auto.ts';
import type { Engine } from './engine.ts';
import { referenceEngine } from './reference.ts';
import { selfTested } from './self-test.ts';

export interface EngineOptions {
  /** Threads of the cpu engine; as many as the machine has cores unless given. */
  threads?: number | undefined;
  /** Kernels of the cpu engine; the fastest unless given. */
  kernels?: KernelLevel | undefined;
  /** Takes a GPU engine's adapter even if it computes on the CPU. */
  allowSoftwareAdapter?: boolean | undefined;
  /** What will be trained: with it `auto` also measures graphics cards. */
  workload?: Workload | undefined;
  /** Receives why a device was chosen, and what it does other than expected. */
  log?: ((line: string) => void) | undefined;
}

type Open = (options: EngineOptions) => Promise<Engine>;

/** Engines on a graphics card. */
const GPU_ENGINES: Record<string, Open> = {
  webgpu: async ({ allowSoftwareAdapter: allowSoftware }) =>
    selfTested(await (await import('./webgpu/webgpu.ts')).webgpuEngine({ allowSoftware })),
  'tfjs-webgpu': async ({ allowSoftwareAdapter: allowSoftware }) =>
    selfTested(await (await import('./tfjs/webgpu.ts')).tfjsWebgpuEngine({ allowSoftware })),
};

/** Those of them that `auto` measures: the others are there to compare with. */
const GPU_CANDIDATES = ['webgpu'];

/** Engines on the CPU by the name of their device, fastest first: `auto` takes the first that starts. */
const CPU_ENGINES: Record<string, Open> = {
  cpu: async (options) => (await import('./cpu/cpu.ts')).cpuEngine(options),
  tfjs: async () => (await import('./tfjs/wasm.ts')).tfjsEngine(),
  reference: async () => referenceEngine(),
};

const ENGINES = { ...CPU_ENGINES, ...GPU_ENGINES };

export const DEVICES = ['auto', ...Object.keys(ENGINES)];

/**
 * The engine of a device.
 * @throws ExplainedError of kind `device` when the device is unknown or does not start
 */
export async function openEngine(device: string, options: EngineOptions = {}): Promise<Engine> {
  if (device !== 'auto') {
    const open = ENGINES[device];
    if (open) return open(options);
    throw new ExplainedError({
      kind: 'device',
      what: 'unknown device',
      expected: DEVICES.join(', '),
      got: device,
    });
  }
  const { log = () => {}, workload } = options;
  const [cpu] = await starting(Object.keys(CPU_ENGINES), options, 1);
  if (!cpu) throw new ExplainedError({ kind: 'device', what: 'no device starts on this machine' });
  const cards = workload ? await starting(GPU_CANDIDATES, options, GPU_CANDIDATES.length) : [];
  if (workload && cards.length > 0) return fastest([cpu, ...cards], workload, log);
  log(`Device ${cpu.name}: the fastest that starts on this machine.`);
  return cpu;
}

/** The first engines that start, so many at most. */
async function starting(devices: string[], options: EngineOptions, most: number): Promise<Engine[]> {
  const engines: Engine[] = [];
  for (const device of devices) {
    if (engines.length === most) break;
    try {
      engines.push(await ENGINES[device](options));
    } catch (error) {
      options.log?.(
        `Device ${device} does not start here: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  return engines;
}
