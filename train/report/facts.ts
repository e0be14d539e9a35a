/** @file What the report says in words: the comparison, and where the run came from. */
import { count, percent, roughly, seconds } from '../format.ts';
import { type Markup, markup } from './markup.ts';
import type { ModelResults, Results } from './results.ts';

/** The answer to the lab's closing question, from at least one model. */
export function verdict(models: readonly ModelResults[]): string {
  const [best, second] = models.toSorted((a, b) => b.final.testAccuracy - a.final.testAccuracy);
  const images = best.confusion.flat().reduce((a, b) => a + b, 0);
  const result = `${best.name} classifies ${percent(best.final.testAccuracy)} of the ${count(images)} test images correctly`;
  if (!second) return `${result}, after ${seconds(best.trainSeconds)} of training.`;
  const points = 100 * (best.final.testAccuracy - second.final.testAccuracy);
  const comparison = `${result}, ${points.toFixed(2)} points more than the second best, ${second.name}.`;
  const ratio = best.trainSeconds / second.trainSeconds;
  if (ratio <= 1) return `${comparison} It trained no longer than that one.`;
  const price = (best.trainSeconds - second.trainSeconds) / points;
  const time = `It trained ${seconds(best.trainSeconds)} instead of ${seconds(second.trainSeconds)}, ${roughly(ratio)} times as long`;
  return Number.isFinite(price)
    ? `${comparison} ${time}: ${seconds(price)} for each further point.`
    : `${comparison} ${time}.`;
}

/** How far to trust the accuracies: half the width of the normal 95 % interval of a share. */
export function uncertainty({ final, confusion }: ModelResults): string {
  const images = confusion.flat().reduce((a, b) => a + b, 0);
  const points = 196 * Math.sqrt((final.testAccuracy * (1 - final.testAccuracy)) / images);
  return `On ${count(images)} images an accuracy is known to ±${points.toFixed(1)} points (95\u00a0% confidence). The lab accuracy is the mean of the batches’ accuracies; the calibration error that of the scores before and after calibration.`;
}

/** The comparison's numbers, a row per model. */
export function comparisonRows(models: readonly ModelResults[]): {
  head: string[];
  rows: { model: ModelResults; cells: string[] }[];
} {
  return {
    head: [
      'test accuracy',
      'lab accuracy',
      'calibration error',
      'test loss',
      'training loss',
      'training time',
      'parameters',
    ],
    rows: models.map((model) => ({
      model,
      cells: [
        percent(model.final.testAccuracy),
        percent(model.final.labAccuracy / 100),
        calibrationError(model),
        model.final.testLoss.toFixed(5),
        model.final.trainLoss.toFixed(5),
        seconds(model.trainSeconds),
        count(model.parameters),
      ],
    })),
  };
}

const calibrationError = ({ calibration }: ModelResults): string =>
  calibration ? `${percent(calibration.ece.before)} → ${percent(calibration.ece.after)}` : '–';

/** What the run was and what it left, as terms with their values. */
export function facts({ summary, models }: Results): [term: string, value: Markup | string][] {
  const { device } = summary;
  return [
    ['Recipe', summary.recipe],
    ['Seed', String(summary.seed)],
    ['Epochs', String(summary.epochs)],
    ['Batch size', `${count(summary.batchSize)} images`],
    ['Optimizer', describeOptimizer(summary)],
    ['Device', `${device.name}: ${device.description}`],
    ['Images', describeImages(summary)],
    ['Augmentation', summary.augmentation],
    ['Started', `${summary.startedAt.slice(0, 16).replace('T', ' ')} UTC`],
    ['Commit', summary.gitCommit ? code(summary.gitCommit) : 'not known'],
    ...Object.entries(summary.dataset).map(([file, md5]): [string, Markup] => [
      file,
      markup`MD5 ${code(md5)}`,
    ]),
    ...models.map(({ name, onnx }): [string, Markup] => [
      `${name}, version`,
      markup`${code(onnx.sha256)} (SHA-256 of ${onnx.path}, ${count(onnx.bytes)} bytes)`,
    ]),
  ];
}

const code = (text: string): Markup => markup`<code>${text}</code>`;

function describeImages({ images, heldOut }: Results['summary']): string {
  const kept = heldOut > 0 ? `, ${count(heldOut)} held out` : '';
  return `${count(images.train)} for training, ${count(images.test)} for testing${kept}`;
}

const OPTIMIZERS: Record<string, string> = { sgd: 'SGD', adam: 'Adam' };

function describeOptimizer({
  optimizer,
  learningRate,
  momentum = 0,
  weightDecay,
  schedule,
}: Results['summary']): string {
  return [
    OPTIMIZERS[optimizer] ?? optimizer,
    `learning rate ${learningRate}`,
    schedule !== 'constant' && `${schedule} schedule`,
    momentum > 0 && `momentum ${momentum}`,
    weightDecay > 0 && `weight decay ${weightDecay}`,
  ]
    .filter(Boolean)
    .join(', ');
}
