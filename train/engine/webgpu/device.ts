/**
 * @file Opens a GPU through WebGPU: Dawn over Vulkan, Metal or Direct3D. Buffers may be as large as the card allows, and what goes
 * wrong on it is told to whoever computes there.
 */
/// <reference types="@webgpu/types" />
import { ExplainedError } from '#shared/errors.ts';
import { loadGpuPackage } from './packages.ts';

export interface GpuOptions {
  /** Takes an adapter that computes on the CPU, for tests. */
  allowSoftware?: boolean | undefined;
}

export interface Gpu {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  /** Card, driver, backend and the limits that matter, for people. */
  readonly description: string;
  /** @throws ExplainedError of kind `device` once the device was lost or has reported an error */
  check(): void;
  /** Frees all that is on the device. */
  close(): void;
}

/** The module `webgpu`. */
interface Dawn {
  create(options: string[]): GPU;
  /** GPUBufferUsage and its like, which a browser has globally. */
  globals: object;
}

const BACKEND = { darwin: 'metal', win32: 'd3d12' }[process.platform as string] ?? 'vulkan';

/** Raised to what the adapter has: by WebGPU's defaults a buffer ends at 256 MiB, a binding at 128. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
] as const satisfies (keyof GPUSupportedLimits)[];

/** Turned on where the adapter has them. */
const FEATURES: GPUFeatureName[] = ['subgroups', 'timestamp-query'];

/** Vulkan, OpenGL and Direct3D on the CPU. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b|\bcpu\b/i;

/** SwiftShader zeroes the memory of a workgroup once for each of its threads; Dawn's own loop does it once, and as well on a card. */
const SLOW = 'use_vulkan_zero_initialize_workgroup_memory_extension';

/** Dawn, once per process: a second one, or the first one's end before the process's, crashes it. */
let started: Promise<GPU> | undefined;
const start = () => {
  started ??= loadGpuPackage<Dawn>('webgpu').then(({ create, globals }) => {
    Object.assign(globalThis, globals);
    return create([`backend=${BACKEND}`, `disable-dawn-features=${SLOW}`]);
  });
  return started;
};

/**
 * Starts Dawn and opens its fastest adapter.
 * @throws ExplainedError of kind `device` when Dawn is not installed, finds no adapter, or one that computes on the CPU
 */
export async function openGpu({ allowSoftware = false }: GpuOptions = {}): Promise<Gpu> {
  const gpu = await start();
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw noCard('no adapter');
  const { info, limits, features } = adapter;
  const name = nameOf(info);
  if ((info.isFallbackAdapter || SOFTWARE.test(name)) && !allowSoftware) {
    throw noCard(`${name}, which computes on the CPU`);
  }
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, limits[limit]])),
  });
  const { maxStorageBufferBindingSize: binding, maxComputeInvocationsPerWorkgroup: group } = limits;
  const mebibytes = Math.floor(binding / 2 ** 20).toLocaleString('en');
  const description = `${name}; ${BACKEND}, ${mebibytes} MiB a binding, workgroups of ${group}`;
  return { device, info, description, ...watch(device, name) };
}

/** Vendor, architecture, device and driver as far as they are told. */
const nameOf = ({ vendor, architecture, device, description }: GPUAdapterInfo): string =>
  [vendor, architecture, device, description].filter(Boolean).join(' ') || 'an adapter without a name';

function noCard(got: string): ExplainedError {
  return new ExplainedError({
    kind: 'device',
    what: 'no graphics card',
    expected: `a card that ${BACKEND} can compute on`,
    got,
    next:
      BACKEND === 'vulkan'
        ? 'Vulkan needs its loader (Debian: libvulkan1) and the card’s driver for it (nvidia_icd.json; in a container NVIDIA_DRIVER_CAPABILITIES=graphics,compute,utility); vulkaninfo --summary lists what it finds. --allow-software-adapter computes on the CPU, slowly.'
        : '--allow-software-adapter computes on the CPU, slowly.',
  });
}

/** Keeps the first thing that goes wrong: everything after it follows from it. */
function watch(device: GPUDevice, name: string): Pick<Gpu, 'check' | 'close'> {
  let [failure, closed]: [ExplainedError | undefined, boolean] = [undefined, false];
  const fail = (what: string, got: string) => {
    if (closed) return;
    failure ??= new ExplainedError({
      kind: 'device',
      what: `${what} (${name})`,
      got,
      next: 'Go on from the last checkpoint with --resume, or use --device cpu.',
    });
  };
  device.addEventListener('uncapturederror', ({ error }) => {
    fail(
      'the GPU reported an error',
      `${error.constructor.name}: ${error.message.split('\n')[0].replace(/\.$/, '')}`,
    );
  });
  device.lost.then(({ reason, message }) => fail('the GPU was lost', `${reason}: ${message}`));
  return {
    check() {
      if (failure) throw failure;
    },
    close() {
      closed = true;
      device.destroy();
    },
  };
}
