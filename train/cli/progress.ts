/** @file What training prints: the lab's lines, and a progress bar instead of "Looked at" on a terminal. */
import { Presets, SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import type { Calibration } from '#shared/manifest.ts';
import { percent } from '../format.ts';
import type { ModelSummary } from '../run/run-folder.ts';
import type { TrainingEvent } from '../training/trainer.ts';

/** The lab prints a line every so many batches. */
const LAB_LINE_BATCHES = 400;

export interface Printer {
  onEvent(event: TrainingEvent): void;
  /** Ends a bar that is still drawn: its timer would keep the process alive. */
  close(): void;
}

/** Prints one model's training to `log`, with a bar where that is a terminal; `batchSize` in images. */
export function trainingPrinter(batchSize: number, log: (line: string) => void): Printer {
  return process.stdout.isTTY && log === console.log ? barPrinter() : linePrinter(batchSize, log);
}

function linePrinter(batchSize: number, log: (line: string) => void): Printer {
  let next = 0;
  const onEvent = (event: TrainingEvent) => {
    switch (event.type) {
      case 'epoch-start':
        log(epochHead(event.epoch));
        next = Math.ceil(event.batch / LAB_LINE_BATCHES) * LAB_LINE_BATCHES;
        break;
      case 'progress':
        // The lab says before batch N, counted from zero, that it has looked at N batches.
        for (; next < event.batch; next += LAB_LINE_BATCHES) {
          log(`Looked at ${next * batchSize}/${event.total} samples`);
        }
        break;
      case 'epoch-end':
        log(`\n${epochLine(event)}\n`);
        break;
      default:
        throw event satisfies never;
    }
  };
  return { onEvent, close: () => {} };
}

function barPrinter(): Printer {
  const format = '{bar} {percentage}% | {value}/{total} samples | loss {loss} | ETA {eta_formatted}';
  let bar: SingleBar | undefined;
  const onEvent = (event: TrainingEvent) => {
    switch (event.type) {
      case 'epoch-start':
        console.log(epochHead(event.epoch));
        break;
      case 'progress': {
        const loss = event.loss.toFixed(4);
        if (bar) {
          bar.update(event.seen, { loss });
        } else {
          bar = new SingleBar({ format }, Presets.shades_classic);
          bar.start(event.total, event.seen, { loss });
        }
        break;
      }
      case 'epoch-end':
        bar?.stop();
        bar = undefined;
        console.log(`${epochLine(event)}\n`);
        break;
      default:
        throw event satisfies never;
    }
  };
  return { onEvent, close: () => bar?.stop() };
}

const epochHead = (epoch: number): string => `Epoch: ${epoch}\n-------`;

function epochLine({
  trainLoss,
  testLoss,
  labAccuracy,
}: Extract<TrainingEvent, { type: 'epoch-end' }>): string {
  return `Train loss: ${trainLoss.toFixed(5)} | Test loss: ${testLoss.toFixed(5)}, Test acc: ${labAccuracy.toFixed(2)}%`;
}

/** What calibration has found. */
export function calibrationLine({ temperature, ece }: Calibration): string {
  const { before, after, images } = ece;
  return `Temperature ${temperature.toFixed(4)}: expected calibration error ${percent(before)} before, ${percent(after)} after, on ${images.toLocaleString('en')} test images`;
}

/** The lab's closing question: accuracy, calibration error, loss, time and size of the models side by side. */
export function comparisonTable(models: Readonly<Record<string, ModelSummary>>): string {
  const table = new Table({
    head: ['model', 'test accuracy', 'lab accuracy', 'ECE', 'test loss', 'train loss', 'time', 'parameters'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const [name, { parameters, epochs, calibration, trainSeconds }] of Object.entries(models)) {
    const last = epochs[epochs.length - 1];
    table.push([
      name,
      percent(last.testAccuracy),
      percent(last.labAccuracy / 100),
      calibration ? `${percent(calibration.ece.before)} → ${percent(calibration.ece.after)}` : '–',
      last.testLoss.toFixed(5),
      last.trainLoss.toFixed(5),
      `${trainSeconds.toFixed(1)} s`,
      parameters.toLocaleString('en'),
    ]);
  }
  return table.toString();
}

/** Rows are what images are, their labels unless `rows` says other names; columns are predictions. */
export function confusionTable(
  labels: readonly string[],
  confusion: readonly (readonly number[])[],
  rows = labels,
): string {
  const table = new Table({
    head: [`${rows === labels ? 'label' : 'folder'} \\ prediction`, ...labels],
    colAligns: ['left', ...labels.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const [i, row] of confusion.entries()) table.push([rows[i], ...row]);
  return table.toString();
}
