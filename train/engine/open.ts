/** @file Chooses an engine by device name; loads only the libraries of the chosen one. */
import { ExplainedError } from '#shared/errors.ts';
import type { KernelLevel } from '#shared/kernels/choose.ts';
import type { Engine } from './engine.ts';
import { referenceEngine } from './reference.ts';

export interface EngineOptions {
  /** Threads of the cpu engine; as many as the machine has cores unless given. */
  threads?: number | undefined;
  /** Kernels of the cpu engine; the fastest unless given. */
  kernels?: KernelLevel | undefined;
  /** Takes a GPU engine's adapter even if it computes on the CPU. */
  allowSoftwareAdapter?: boolean | undefined;
  /** Receives why a device was chosen, and what it does other than expected. */
  log?: ((line: string) => void) | undefined;
}

/** Engines by the name of their device, fastest first: `auto` takes the first that starts. */
const ENGINES: Record<string, (options: EngineOptions) => Promise<Engine>> = {
  cpu: async (options) => (await import('./cpu/cpu.ts')).cpuEngine(options),
  tfjs: async () => (await import('./tfjs/wasm.ts')).tfjsEngine(),
  'tfjs-webgpu': async ({ allowSoftwareAdapter: allowSoftware }) =>
    (await import('./tfjs/webgpu.ts')).tfjsWebgpuEngine({ allowSoftware }),
  reference: async () => referenceEngine(),
};

export const DEVICES = ['auto', ...Object.keys(ENGINES)];

/**
 * The engine of a device.
 * @throws ExplainedError of kind `device` when the device is unknown or does not start
 */
export async function openEngine(device: string, options: EngineOptions = {}): Promise<Engine> {
  const { log = () => {} } = options;
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
  for (const [name, open] of Object.entries(ENGINES)) {
    try {
      const engine = await open(options);
      log(`Device ${name}: the fastest that starts on this machine.`);
      return engine;
    } catch (error) {
      log(`Device ${name} does not start here: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new ExplainedError({ kind: 'device', what: 'no device starts on this machine' });
}
