/** @file Opens the engine of a device. Only the libraries of that engine are loaded. */
import { ExplainedError } from '#shared/errors.ts';
import type { KernelLevel } from '#shared/kernels/choose.ts';
import { installCommand } from '../installation.ts';
import { fastest, type Workload } from './auto.ts';
import type { Engine } from './engine.ts';
import { referenceEngine } from './reference.ts';
import { selfTested } from './self-test.ts';

export interface EngineOptions {
  /** Threads of the cpu engine; one per core by default. */
  threads?: number | undefined;
  /** Kernels of the cpu engine; the fastest by default. */
  kernels?: KernelLevel | undefined;
  /** Lets the webgpu engine use an adapter that computes on the CPU. */
  allowSoftwareAdapter?: boolean | undefined;
  /** The steps that will be trained. With a workload, `auto` also considers the graphics card. */
  workload?: Workload | undefined;
  /** Receives a line about the choice of the device, and about layers that the cpu engine computes slowly. */
  log?: ((line: string) => void) | undefined;
}

type OpenEngine = (options: EngineOptions) => Promise<Engine>;

/** Engines on the CPU by device, fastest first. */
const CPU_ENGINES: Record<string, OpenEngine> = {
  cpu: async (options) => (await import('./cpu/cpu.ts')).cpuEngine(options),
  tfjs: async () => (await import('./tfjs/tfjs.ts').catch(explainMissingTfjs)).tfjsEngine(),
  reference: async () => referenceEngine(),
};

const openWebgpu: OpenEngine = async ({ allowSoftwareAdapter: allowSoftware }) =>
  selfTested(await (await import('./webgpu/webgpu.ts')).webgpuEngine({ allowSoftware }));

const ENGINES: Record<string, OpenEngine> = { ...CPU_ENGINES, webgpu: openWebgpu };

/** Names of the devices, `auto` first. */
export const DEVICES = ['auto', ...Object.keys(ENGINES)];

/**
 * Opens the engine of a device. `auto` opens the first engine on the CPU that starts, or the graphics card if it computes the steps of
 * `workload` in less time.
 * @throws ExplainedError of kind `device` when the device is unknown or does not start
 */
export async function openEngine(device: string, options: EngineOptions = {}): Promise<Engine> {
  if (device === 'auto') return openAuto(options);
  const open = ENGINES[device];
  if (open) return open(options);
  throw new ExplainedError({
    kind: 'device',
    what: 'unknown device',
    expected: DEVICES.join(', '),
    got: device,
  });
}

/** Of the package tinyvgg-train, TensorFlow.js is an optional peer. */
function explainMissingTfjs(cause: NodeJS.ErrnoException): never {
  if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
  throw new ExplainedError({
    kind: 'device',
    what: 'TensorFlow.js is not installed',
    next: `Install it with \`${installCommand('ci', '@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm')}\`.`,
    cause,
  });
}

async function openAuto(options: EngineOptions): Promise<Engine> {
  const { log = () => {}, workload } = options;
  const cpu = await firstThatStarts(Object.keys(CPU_ENGINES), options);
  if (!cpu) throw new ExplainedError({ kind: 'device', what: 'no device starts on this machine' });
  const card = workload && (await openCard(options));
  if (workload && card) return fastest([cpu, card], workload, log);
  log(`Device ${cpu.name}: the fastest that starts on this machine.`);
  return cpu;
}

/** Opens the engine on the graphics card, if there is one. */
async function openCard(options: EngineOptions): Promise<Engine | undefined> {
  const [{ isInstalled }, { findsAdapter }] = await Promise.all([
    import('./webgpu/dawn.ts'),
    import('./webgpu/probe.ts'),
  ]);
  if (!isInstalled()) return undefined;
  if (await findsAdapter()) return firstThatStarts(['webgpu'], options);
  options.log?.('Device webgpu is not used: no graphics card found. --device webgpu prints what is missing.');
  return undefined;
}

async function firstThatStarts(devices: string[], options: EngineOptions): Promise<Engine | undefined> {
  for (const device of devices) {
    try {
      return await ENGINES[device](options);
    } catch (error) {
      options.log?.(
        `Device ${device} does not start on this machine: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  return undefined;
}
