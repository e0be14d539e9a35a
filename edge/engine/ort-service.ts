/** @file The inference engine behind the service binding to ort-worker.ts. */
import { ExplainedError } from '#shared/errors.ts';
import type { InferenceEngine, ModelFacts, WeightsFile } from '#shared/inference/engine.ts';
import { refusal, tooLarge } from '#shared/inference/model.ts';
import type { default as OrtWorker } from './ort-worker.ts';

type Worker = Service<OrtWorker>;

/** Loads a model in the isolate of the other Worker that responds. */
type Load = () => Promise<void>;

export const ortService = (worker: Worker): InferenceEngine => ({
  name: 'ort',
  async load({ key, read, isDefault = () => false }, facts) {
    const load =
      key === undefined ? loadSent(worker, read, facts) : loadStored(worker, { key, isDefault }, facts);
    await load();
    return {
      bytes: 0,
      async logits(images, n) {
        const infer = () => worker.logits(facts.version, images, n, isDefault());
        let logits = await infer();
        if (!logits) {
          // The call reached another isolate than `load`, or one that has evicted the model.
          await load();
          logits = await infer();
        }
        if (!logits) {
          throw new Error('the onnxruntime Worker lost the model right after loading it');
        }
        return logits;
      },
    };
  },
});

const loadSent =
  (worker: Worker, read: WeightsFile['read'], { version, input, output }: ModelFacts): Load =>
  async () =>
    worker.load(version, await read(), { input, output });

/** The other Worker reads the file from the bucket. This function keeps no reference to it. */
const loadStored =
  (
    worker: Worker,
    { key, isDefault }: { key: string; isDefault: () => boolean },
    { name, version, bytes, input, output }: ModelFacts,
  ): Load =>
  async () => {
    const failure = await worker.loadStored({ key, isDefault: isDefault(), version, bytes, input, output });
    if (!failure) return;
    if ('most' in failure) throw tooLarge({ name, version }, failure.most, bytes);
    if ('fault' in failure) {
      throw refusal({ name, version }, 'weights', failure.fault.expected, failure.fault.got);
    }
    const what = `onnxruntime's Worker cannot read ${key}`;
    throw new ExplainedError({ kind: 'store', what, got: failure.unreadable });
  };
