/** @file The inference engine behind the service binding to ort-worker.ts. */
import { sha256 } from '#shared/digest.ts';
import type { InferenceEngine } from '#shared/inference/engine.ts';
import type OrtWorker from './ort-worker.ts';

export function ortService(worker: Service<OrtWorker>): InferenceEngine {
  return {
    name: 'ort',
    async load(model, { input, output }) {
      const bytes = Uint8Array.from(model);
      const version = await sha256(bytes);
      const tensors = { input, output };
      await worker.load(version, bytes, tensors);
      return {
        async logits(images, n) {
          let logits = await worker.logits(version, images, n);
          if (!logits) {
            // The call reached another isolate than `load`, or a new isolate after an idle time.
            await worker.load(version, bytes, tensors);
            logits = await worker.logits(version, images, n);
          }
          if (!logits) {
            throw new Error('the onnxruntime Worker lost the model right after loading it');
          }
          return logits;
        },
      };
    },
  };
}
