/** @file A session that throws once its GPU has failed: values read back after a failure are undefined. */
import type { EngineSession } from '../engine.ts';
import type { Gpu } from './device.ts';

/** Wraps a session. Each call throws the first error of the GPU, if there was one, instead of returning a result. */
export function guarded(session: EngineSession, { check }: Pick<Gpu, 'check'>): EngineSession {
  async function checked<T>(work: () => Promise<T>): Promise<T> {
    check();
    // A lost device rejects reads, and `check` throws the loss itself, which explains more.
    return work().finally(check);
  }
  return {
    step(batch, options) {
      check();
      session.step(batch, options);
      check();
    },
    losses: () => checked(() => session.losses()),
    logits: (images, count) => checked(() => session.logits(images, count)),
    weights: () => checked(() => session.weights()),
    load: (weights) => checked(() => session.load(weights)),
    optimizerState: () => checked(() => session.optimizerState()),
    close: () => session.close(),
  };
}
