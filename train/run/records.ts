/** @file What a run folder tells of a model's training while it goes on: metrics.jsonl and TensorBoard's event files. */
import { join } from 'node:path';
import type { TrainingEvent, TrainingState } from '../training/trainer.ts';
import { filterMetrics, openMetrics } from './metrics.ts';
import { openEventFile } from './tensorboard.ts';

export interface Records {
  onEvent(event: TrainingEvent): void;
  close(): void;
}

/**
 * Opens the records of `model`, which goes on from a state or begins. What an earlier process told of later steps is dropped:
 * they will be done again.
 * @throws ExplainedError of kind `disk`
 */
export async function openRecords(
  folder: string,
  model: string,
  from: TrainingState | undefined,
): Promise<Records> {
  const path = join(folder, 'metrics.jsonl');
  const epoch = from?.position.epoch ?? 0;
  const step = from?.optimizer.steps ?? 0;
  await filterMetrics(path, (record) => {
    if (record.model !== model) return true;
    return record.type === 'steps' ? record.step <= step : record.epoch < epoch;
  });
  const metrics = openMetrics(path);
  const events = openEventFile(join(folder, 'tensorboard', model), step + 1);
  return {
    onEvent(event) {
      if (event.type === 'progress') {
        const { epoch, step, loss, seconds } = event;
        metrics.append({ type: 'steps', model, epoch, step, loss, seconds });
        events.scalars(step, { 'loss/steps': loss });
      } else if (event.type === 'epoch-end') {
        const { type, ...record } = event;
        metrics.append({ type: 'epoch', model, ...record });
        const { step, trainLoss, testLoss, testAccuracy } = record;
        events.scalars(step, {
          'loss/train': trainLoss,
          'loss/test': testLoss,
          'accuracy/test': testAccuracy,
        });
      }
    },
    close() {
      metrics.close();
      events.close();
    },
  };
}
