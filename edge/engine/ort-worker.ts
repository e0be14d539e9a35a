/**
 * @file onnxruntime-web as a Worker of its own, behind a service binding: its 14 MB cost a cold start only to those whose model
 * needs it.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';
import { type OrtClassifier, ortEngine } from './ort.ts';

/** Models that an isolate holds: the one that serves, the one before, and as many again for another alias. */
const HELD = 4;

/** By the SHA-256 of their bytes, least recently used first. */
const held = new Map<string, OrtClassifier>();

export default class OrtWorker extends WorkerEntrypoint {
  /** Loads a model; `version` is the SHA-256 of its bytes. */
  async load(version: string, model: Uint8Array): Promise<void> {
    const classifier = held.get(version) ?? (await ortEngine.load(model));
    held.delete(version);
    held.set(version, classifier);
    for (const [other, oldest] of held) {
      if (held.size <= HELD) break;
      held.delete(other);
      await oldest.release();
    }
  }

  /** Logits [n, classes], or undefined when this isolate does not hold the model. */
  async logits(version: string, images: Float32Array, n: number): Promise<Float32Array | undefined> {
    return held.get(version)?.logits(images, n);
  }
}
