/**
 * @file onnxruntime-web as a Worker of its own, behind a service binding. Its 14 MB add to the cold start only of requests that
 * need it.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';
import type { ModelTensors } from '#shared/inference/engine.ts';
import { LruMap } from '../lru-map.ts';
import { type OrtClassifier, ortEngine } from './ort.ts';

/** The current and the previous model of two aliases. */
const CAPACITY = 4;

/** Loaded models by the SHA-256 of their bytes. */
const classifiers = new LruMap<string, OrtClassifier>(CAPACITY);

/** An API Worker of an older version calls `load` without them. Its models have these tensors. */
const FIRST_TENSORS: ModelTensors = {
  input: { name: 'image', dtype: 'float32', shape: ['batch', 1, 28, 28] },
  output: { name: 'logits', dtype: 'float32', shape: ['batch', 10] },
};

export default class OrtWorker extends WorkerEntrypoint {
  /** Loads a model. @param version SHA-256 of its bytes */
  async load(version: string, model: Uint8Array, tensors = FIRST_TENSORS): Promise<void> {
    const classifier = classifiers.get(version) ?? (await ortEngine.load(model, tensors));
    await classifiers.set(version, classifier)?.release();
  }

  /** Returns logits `[n, classes]`, or undefined when this isolate has not loaded the model. */
  async logits(version: string, images: Float32Array, n: number): Promise<Float32Array | undefined> {
    return classifiers.get(version)?.logits(images, n);
  }
}
