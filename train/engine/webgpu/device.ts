/**
 * @file Opens a GPU through WebGPU: Dawn on Vulkan, Metal or Direct3D. Buffers may be as large as the card allows. Errors that the device
 * reports are kept, so that sessions can throw them.
 */
/// <reference types="@webgpu/types" />
import { ExplainedError } from '#shared/errors.ts';
import { BACKEND, startDawn } from './dawn.ts';

export interface GpuOptions {
  /** Accepts an adapter that computes on the CPU, for tests. */
  allowSoftware?: boolean | undefined;
}

export interface Gpu {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  /** Graphics card, driver, backend and limits, for people. */
  readonly description: string;
  /** @throws ExplainedError of kind `device` if the device was lost or has reported an error */
  check(): void;
  /** Destroys the device and frees its memory. */
  close(): void;
}

/** Limits that are raised to the adapter's. WebGPU's defaults are 256 MiB for a buffer and 128 MiB for a binding. */
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

/** Features that are enabled if the adapter has them. */
const FEATURES: GPUFeatureName[] = ['subgroups', 'timestamp-query'];

/** Names of adapters that implement Vulkan, OpenGL or Direct3D on the CPU. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b|\bcpu\b/i;

/**
 * Starts Dawn and opens its fastest adapter.
 * @throws ExplainedError of kind `device` when Dawn is not installed, finds no adapter, or finds only one that computes on the CPU
 */
export async function openGpu({ allowSoftware = false }: GpuOptions = {}): Promise<Gpu> {
  const gpu = await startDawn();
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
  const description = `${name}; ${BACKEND}, bindings of up to ${mebibytes} MiB, workgroups of up to ${group} threads`;
  return { device, info, description, ...watch(device, name) };
}

/** Joins vendor, architecture, device and driver as far as the adapter reports them. */
const nameOf = ({ vendor, architecture, device, description }: GPUAdapterInfo): string =>
  [vendor, architecture, device, description].filter(Boolean).join(' ') || 'an unnamed adapter';

function noCard(got: string): ExplainedError {
  return new ExplainedError({
    kind: 'device',
    what: 'no graphics card found',
    expected: `a graphics card with a driver for ${BACKEND}`,
    got,
    next:
      BACKEND === 'vulkan'
        ? 'Install the Vulkan loader (Debian: libvulkan1) and the card’s Vulkan driver (nvidia_icd.json; in a container NVIDIA_DRIVER_CAPABILITIES=graphics,compute,utility). `vulkaninfo --summary` lists the adapters. With --allow-software-adapter the device computes on the CPU, slowly.'
        : 'With --allow-software-adapter the device computes on the CPU, slowly.',
  });
}

/** Keeps the first error of the device: later ones follow from it. */
function watch(device: GPUDevice, name: string): Pick<Gpu, 'check' | 'close'> {
  let [failure, closed]: [ExplainedError | undefined, boolean] = [undefined, false];
  const fail = (what: string, got: string) => {
    if (closed) return;
    failure ??= new ExplainedError({
      kind: 'device',
      what: `${what} (${name})`,
      got,
      next: 'Resume from the last checkpoint with --resume, or use --device cpu.',
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
