/** @file Logs the metrics of a model's training in the run folder: to metrics.jsonl, and to event files for TensorBoard. */
import { join } from 'node:path';
import type { TrainingEvent } from '../training/events.ts';
import type { ReportedSettings, Reporter } from '../training/reporter.ts';
import type { TrainingState } from '../training/state.ts';
import { filterMetrics, METRICS_FILE, openMetrics } from './metrics-file.ts';
import { openEventFile } from './tensorboard.ts';

export interface MetricsLog {
  onEvent(event: TrainingEvent): void;
  /** Writes the event files. */
  reporter: Reporter;
  close(): void;
}

/**
 * Opens the log of a model. When training resumes, the entries after the checkpoint are removed: those steps are repeated.
 * @param from the state that training resumes from; undefined when it begins
 * @param settings of the run; the event files list them beside those of the training
 * @throws ExplainedError of kind `disk`
 */
export async function openMetricsLog(
  folder: string,
  model: string,
  from: TrainingState | undefined,
  settings: ReportedSettings,
): Promise<MetricsLog> {
  const path = join(folder, METRICS_FILE);
  const epoch = from?.position.epoch ?? 0;
  const step = from?.optimizer.steps ?? 0;
  await filterMetrics(path, (entry) => {
    if (entry.model !== model) return true;
    // The test images are evaluated again at the end.
    if (entry.type === 'test') return false;
    return entry.type === 'steps' ? entry.step <= step : entry.epoch < epoch;
  });
  const metrics = openMetrics(path);
  const events = openEventFile(join(folder, 'tensorboard', model), step + 1);
  return {
    onEvent(event) {
      if (event.type === 'progress') {
        const { epoch, step, loss, learningRate, seconds } = event;
        metrics.append({ type: 'steps', model, epoch, step, loss, learningRate, seconds });
      } else if (event.type === 'epoch-end') {
        const { type, ...epochMetrics } = event;
        metrics.append({ type: 'epoch', model, ...epochMetrics });
      } else if (event.type === 'test') {
        const { type, ...testMetrics } = event;
        metrics.append({ type, model, ...testMetrics });
      }
    },
    reporter: { ...events, settings: (own) => events.settings({ ...settings, ...own }) },
    close() {
      metrics.close();
      events.close();
    },
  };
}
