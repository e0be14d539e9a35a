/** @file The TensorFlow.js engine on its WebGPU backend, on the device that webgpu/device.ts opens. */
import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../engine.ts';
import { freshState } from '../optimizer.ts';
import { type GpuOptions, openGpu } from '../webgpu/device.ts';
import { guarded } from '../webgpu/guard.ts';
import { loadGpuPackage } from '../webgpu/packages.ts';
import { registerPoolGradient, type WebgpuModule } from './kernels-webgpu.ts';
import { openSession } from './session.ts';

/** @throws ExplainedError of kind `device` when there is no GPU, or `npm run gpu` has not installed what drives it */
export async function tfjsWebgpuEngine(options: GpuOptions = {}): Promise<Engine> {
  const backend = await loadGpuPackage<WebgpuModule>('@tensorflow/tfjs-backend-webgpu');
  const gpu = await openGpu(options);
  // One backend of TensorFlow.js belongs to one device: an earlier engine's ends here.
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => asInBrowser(() => new backend.WebGPUBackend(gpu.device, gpu.info)));
  await tf.setBackend('webgpu');
  registerPoolGradient(backend);
  const residentBytes = gpu.device.limits.maxStorageBufferBindingSize;
  return {
    name: 'tfjs-webgpu',
    description: `TensorFlow.js ${tf.version_core}, webgpu backend on ${gpu.description}`,
    open: async (network, weights, optimizer, state = freshState(optimizer, network)) =>
      guarded(openSession({ name: 'webgpu', residentBytes }, network, weights, optimizer, state), gpu),
  };
}

/** The backend only starts where a browser's `navigator.gpu` is. */
function asInBrowser<T>(start: () => T): T {
  Object.defineProperty(navigator, 'gpu', { value: {}, configurable: true });
  try {
    return start();
  } finally {
    Reflect.deleteProperty(navigator, 'gpu');
  }
}
