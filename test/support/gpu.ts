/** @file The GPU of the tests: the first that Vulkan finds. It may compute on the CPU, like SwiftShader (vitest.config.ts). */
import { describe } from 'vitest';
import { type Gpu, openGpu } from '../../train/engine/webgpu/device.ts';

/** The GPU, or the reason why there is none. */
const gpu: Gpu | string = await openGpu({ allowSoftware: true }).catch((error: Error) => error.message);

/** Returns `entries`, which need a GPU. Without a GPU it returns none of them, and declares a skipped suite with the reason. */
export function withGpu<T extends object>(entries: T): Partial<T> {
  if (typeof gpu !== 'string') return entries;
  describe.skip(`${Object.keys(entries).join(', ')} (skipped: ${gpu})`, () => {});
  return {};
}

/** Declares a suite that needs a GPU, and is slow on SwiftShader. Without one the suite is skipped, and its name gives the reason. */
export function describeWithGpu(name: string, suite: () => void): void {
  if (typeof gpu === 'string') describe.skip(`${name} (skipped: ${gpu})`, suite);
  else describe(name, { tags: ['slow'] }, suite);
}
