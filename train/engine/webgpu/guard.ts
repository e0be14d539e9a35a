/** @file A session on a GPU that ends as soon as the GPU fails: what it reads back may then be anything. */
import type { EngineSession } from '../engine.ts';
import type { Gpu } from './device.ts';

/** The session; every call of it throws the failure of the GPU, if there was one, rather than go on or give numbers back. */
export function guarded(session: EngineSession, { check }: Pick<Gpu, 'check'>): EngineSession {
  async function checked<T>(work: () => Promise<T>): Promise<T> {
    check();
    // A lost device refuses to be read; its loss says more than that does.
    return work().finally(check);
  }
  return {
    step(batch, learningRate) {
      check();
      session.step(batch, learningRate);
      check();
    },
    losses: () => checked(() => session.losses()),
    logits: (images, count) => checked(() => session.logits(images, count)),
    weights: () => checked(() => session.weights()),
    optimizerState: () => checked(() => session.optimizerState()),
    close: () => session.close(),
  };
}
