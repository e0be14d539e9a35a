/** @file The lines of a training's progress where there is no terminal. */
import { expect, it } from 'vitest';
import { trainingPrinter } from '../../../train/run/progress.ts';

it('prints the lab’s lines, and behind those of later batches the loss and the time that the rest of the epoch takes', () => {
  const lines: string[] = [];
  const printer = trainingPrinter(32, (line) => lines.push(line));
  const progress = (batch: number, seconds: number, loss: number) =>
    printer.onEvent({
      ...{ type: 'progress', epoch: 1, batch, step: 1875 + batch, seen: 32 * batch },
      ...{ total: 60_000, loss, learningRate: 0.1, seconds },
    });
  printer.onEvent({ type: 'epoch-start', epoch: 1, batch: 0, step: 1875 });
  progress(100, 31, 0.71);
  progress(300, 33, 0.62);
  progress(500, 35, 0.53);
  progress(900, 39, 0.44);
  // 400 batches took 4 seconds. After batch 500, 1375 are left.
  expect(lines).toEqual([
    'Epoch: 1\n-------',
    'Looked at 0/60000 samples',
    'Looked at 12800/60000 samples | loss 0.5300 | ETA 14s',
    'Looked at 25600/60000 samples | loss 0.4400 | ETA 10s',
  ]);
});
