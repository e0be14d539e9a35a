/**
 * @file A GPU, for tests that need one: the first that Vulkan finds, also if it computes on the CPU, as SwiftShader does
 * (vitest.config.ts).
 */
import { describe, type TestOptions } from 'vitest';
import { type Gpu, openGpu } from '../../train/engine/webgpu/device.ts';

/** Or why there is none. */
const gpu: Gpu | string = await openGpu({ allowSoftware: true }).catch((error: Error) => error.message);

/** What needs a GPU; without one nothing, and a skipped suite says so. */
export function withGpu<T extends object>(entries: T): Partial<T> {
  if (typeof gpu !== 'string') return entries;
  describe.skip(`${Object.keys(entries).join(', ')} (skipped: ${gpu})`, () => {});
  return {};
}

/** A suite that needs a GPU; its name says why where it is skipped. */
export function describeWithGpu(name: string, options: TestOptions, suite: () => void): void {
  if (typeof gpu === 'string') describe.skip(`${name} (skipped: ${gpu})`, suite);
  else describe(name, options, suite);
}
