/** @file The tfjs engine: TensorFlow.js on its WebAssembly backend. */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { ExplainedError } from '#shared/errors.ts';
import type { Engine } from '../engine.ts';
import { freshState } from '../optimizer.ts';
import { registerGradients } from './gradients.ts';
import { TfjsSession } from './session.ts';

/**
 * Starts the WebAssembly backend.
 * @throws ExplainedError of kind `device` when the backend does not start
 */
export async function tfjsEngine(): Promise<Engine> {
  setWasmPaths(new URL('.', import.meta.resolve('@tensorflow/tfjs-backend-wasm')).pathname);
  if (!(await withoutCrashHandlers(() => tf.setBackend('wasm')))) {
    throw new ExplainedError({
      kind: 'device',
      what: 'TensorFlow.js could not start its wasm backend',
      next: 'Use --device reference.',
    });
  }
  registerGradients();
  const features = tf.env().get('WASM_HAS_SIMD_SUPPORT') ? 'with SIMD' : 'without SIMD';
  return {
    name: 'tfjs',
    description: `TensorFlow.js ${version_wasm}, wasm backend ${features}`,
    open: async (network, weights, optimizer, state = freshState(optimizer, network)) =>
      new TfjsSession(network, weights, optimizer, state),
  };
}

/**
 * Runs `start`, then removes the process-wide error handlers that it installed. Emscripten's handlers rethrow every uncaught error, which
 * would replace this program's exit codes.
 */
async function withoutCrashHandlers<T>(start: () => Promise<T>): Promise<T> {
  const exceptions = new Set(process.listeners('uncaughtException'));
  const rejections = new Set(process.listeners('unhandledRejection'));
  const result = await start();
  for (const listener of process.listeners('uncaughtException')) {
    if (!exceptions.has(listener)) process.off('uncaughtException', listener);
  }
  for (const listener of process.listeners('unhandledRejection')) {
    if (!rejections.has(listener)) process.off('unhandledRejection', listener);
  }
  return result;
}
