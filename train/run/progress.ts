/** @file Prints the progress of downloads and trainings: the lab's lines, with a progress bar instead of "Looked at" on a terminal. */
import type { SingleBar } from 'cli-progress';
import type { Calibration } from '#shared/manifest.ts';
import type { DownloadProgress } from '../dataset/fashion-mnist/download.ts';
import type { OpenOptions } from '../dataset/open.ts';
import { count, percent } from '../format.ts';
import type { TrainingEvent } from '../training/events.ts';
import { progressBar, timeText } from './progress-bar.ts';

type Progress = Extract<TrainingEvent, { type: 'progress' }>;

/** The lab prints a line every 400 batches. */
const LAB_LINE_BATCHES = 400;

export interface Printer {
  onEvent(event: TrainingEvent): void;
  /** Stops a progress bar: its timer would keep the process alive. */
  close(): void;
}

/**
 * Prints the training of one model to `log`. When `log` is `console.log` on a terminal, it draws a progress bar.
 * @param batchSize in images
 */
export function trainingPrinter(batchSize: number, log: (line: string) => void): Printer {
  return process.stdout.isTTY && log === console.log ? barPrinter() : linePrinter(batchSize, log);
}

function linePrinter(batchSize: number, log: (line: string) => void): Printer {
  let next = 0;
  let first: Progress | undefined;
  const onEvent = (event: TrainingEvent) => {
    switch (event.type) {
      case 'epoch-start':
        log(epochHead(event.epoch));
        next = Math.ceil(event.batch / LAB_LINE_BATCHES) * LAB_LINE_BATCHES;
        first = undefined;
        break;
      case 'progress':
        // The lab prints "Looked at N batches" before batch N, counted from 0.
        for (; next < event.batch; next += LAB_LINE_BATCHES) {
          const texts = first ? [` | loss ${event.loss.toFixed(4)}`, ` | ETA ${etaOf(first, event)}`] : [];
          log(`Looked at ${next * batchSize}/${event.total} samples${texts.join('')}`);
        }
        first ??= event;
        break;
      case 'epoch-end':
        log(`\n${epochLine(event)}\n`);
        break;
      case 'test':
        log(`${testLine(event)}\n`);
        break;
      default:
        throw event satisfies never;
    }
  };
  return { onEvent, close: () => {} };
}

/** Returns the time until the epoch's last image, at the speed since the `first` event of the epoch. */
function etaOf(first: Progress, { seen, seconds, total }: Progress): string {
  return timeText(((seconds - first.seconds) / (seen - first.seen)) * (total - seen));
}

function barPrinter(): Printer {
  const texts = (done: number, total: number, eta: string, { loss }: Record<string, string>) => [
    ...[`loss ${loss}`, `ETA ${eta}`, `${done}/${total} samples`],
  ];
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
          bar = progressBar(texts);
          bar.start(event.total, event.seen, { loss });
        }
        break;
      }
      case 'epoch-end':
        bar?.stop();
        bar = undefined;
        console.log(`${epochLine(event)}\n`);
        break;
      case 'test':
        console.log(`${testLine(event)}\n`);
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
  testLoss = Number.NaN,
  labAccuracy = Number.NaN,
  validationLoss,
  validationAccuracy,
}: Extract<TrainingEvent, { type: 'epoch-end' }>): string {
  if (validationLoss !== undefined && validationAccuracy !== undefined)
    return `Train loss: ${trainLoss.toFixed(5)} | Validation loss: ${validationLoss.toFixed(5)}, validation accuracy: ${percent(validationAccuracy)}`;
  return `Train loss: ${trainLoss.toFixed(5)} | Test loss: ${testLoss.toFixed(5)}, Test acc: ${labAccuracy.toFixed(2)}%`;
}

const testLine = ({ epoch, testLoss, testAccuracy }: Extract<TrainingEvent, { type: 'test' }>): string =>
  `On the test images, which are evaluated once, with the weights of epoch ${epoch}: loss ${testLoss.toFixed(5)}, accuracy ${percent(testAccuracy)}`;

/** Describes the result of a calibration in one line. */
export function calibrationLine({ temperature, ece }: Calibration): string {
  const { before, after, images } = ece;
  return `Temperature ${temperature.toFixed(4)}: expected calibration error ${percent(before)} before, ${percent(after)} after, on ${count(images)} test images`;
}

/** Prints the progress of a data set's download or decoding, and what was found. */
export const datasetPrinter = (): OpenOptions => ({
  onDownload: downloadPrinter(),
  onProgress: imagePrinter(),
  log: console.log,
});

/**
 * Prints how many images are done to `log`: a line per tenth of many images. When `log` is `console.log` on a terminal, it draws a bar.
 * @param what what is done to them
 */
export function imagePrinter(
  what = 'Reading images',
  log: (line: string) => void = console.log,
): (done: number, total: number) => void {
  if (!process.stdout.isTTY || log !== console.log) {
    let tenths = 0;
    return (done, total) => {
      const before = tenths;
      tenths = Math.floor((10 * done) / total) % 10;
      if (total >= 1000 && tenths !== before) log(`${what}: ${10 * (tenths || 10)} %`);
    };
  }
  const texts = (done: number, total: number, eta: string) => [what, `ETA ${eta}`, `${done}/${total}`];
  const bar = progressBar(texts, { clearOnComplete: true });
  return (done, total) => {
    if (!bar.isActive) bar.start(total, 0);
    bar.update(done);
    if (done === total) bar.stop();
  };
}

/** Prints a line per tenth of each downloaded file. */
export function downloadPrinter(): DownloadProgress {
  let last = '';
  return (file, received, total) => {
    const line = `Downloading ${file}: ${Math.floor((10 * received) / total) * 10} %`;
    if (line !== last) console.log(line);
    last = line;
  };
}
