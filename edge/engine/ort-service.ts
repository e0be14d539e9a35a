/** @file The engine behind the service binding to ort-worker.ts. */
import { sha256 } from '#shared/digest.ts';
import type { InferenceEngine } from '#shared/inference/engine.ts';
import type OrtWorker from './ort-worker.ts';

export function ortService(worker: Service<OrtWorker>): InferenceEngine {
  return {
    name: 'ort',
    async load(model) {
      const bytes = Uint8Array.from(model);
      const version = await sha256(bytes);
      await worker.load(version, bytes);
      return {
        async logits(images, n) {
          let logits = await worker.logits(version, images, n);
          if (!logits) {
            // Another isolate than the one that loaded the model, or it was idle and is gone.
            await worker.load(version, bytes);
            logits = await worker.logits(version, images, n);
          }
          if (!logits) throw new Error('onnxruntime’s Worker holds no model right after it was loaded');
          return logits;
        },
      };
    },
  };
}
