/** @file The texts and tables of the report: the comparison of the models and the details of the run. */
import { count, roughly } from '../format.ts';
import { classResults, totalResult } from '../training/class-results.ts';
import { classScores, macroScores } from '../training/class-scores.ts';
import { type Markup, markup } from './markup.ts';
import type { ModelResults, Results } from './results.ts';
import { percent, seconds } from './unbroken.ts';

/** Answers the lab's closing question: which model is best, and whether it is worth its training time. */
export function conclusion(models: readonly ModelResults[]): string {
  const [best, second] = models.toSorted((a, b) => b.final.testAccuracy - a.final.testAccuracy);
  const images = best.confusion.flat().reduce((a, b) => a + b, 0);
  const result = `${best.name} classifies ${percent(best.final.testAccuracy)} of the ${count(images)} test images correctly`;
  if (!second) return `${result}, after ${seconds(best.trainSeconds)} of training.`;
  const points = 100 * (best.final.testAccuracy - second.final.testAccuracy);
  const comparison = `${result}, ${points.toFixed(2)} points more than the second best, ${second.name}.`;
  const ratio = best.trainSeconds / second.trainSeconds;
  if (ratio <= 1) return `${comparison} Its training took no longer.`;
  const price = (best.trainSeconds - second.trainSeconds) / points;
  const time = `Its training took ${seconds(best.trainSeconds)} instead of ${seconds(second.trainSeconds)}, ${roughly(ratio)} times as long`;
  return Number.isFinite(price)
    ? `${comparison} ${time}: ${seconds(price)} for each additional point.`
    : `${comparison} ${time}.`;
}

/** Returns the note on the comparison: the confidence interval of the best model's accuracy, what was chosen, and the columns' contents. */
export function comparisonNote(
  { name, confusion }: ModelResults,
  { select, teacher }: Results['summary'],
): string {
  const { images, interval } = totalResult(confusion);
  const [low, high] = interval.map((share) => percent(share, 1));
  const choice =
    select === 'best'
      ? ' The epoch was chosen on other images, which are neither trained nor tested on.'
      : '';
  const learned = teacher
    ? ' The training loss is that of the teacher’s probabilities, not of the labels.'
    : '';
  return `With ${count(images)} images, the 95\u00a0% confidence interval of the accuracy of ${name} is ${low} to ${high}.${choice} The lab accuracy is the mean of the batches’ accuracies.${learned} The calibration error is given before and after calibration.`;
}

/** Returns the table of the comparison, a row per model. */
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

/** Returns the table of a model's classes, a row per class. */
export function classRows({ confusion, labels }: ModelResults): {
  head: string[];
  rows: { name: string; cells: string[] }[];
} {
  const scores = classScores(confusion);
  return {
    head: [
      'test images',
      'correct',
      'recall',
      '95\u00a0% interval',
      'precision',
      'F1',
      'most frequent mistake',
    ],
    rows: classResults(confusion, labels).map(
      ({ name, images, right, interval: [low, high], mistake }, i) => ({
        name,
        cells: [
          ...[count(images), count(right), share(scores[i].recall)],
          images > 0 ? `${percent(low, 1)} to ${percent(high, 1)}` : '–',
          ...[share(scores[i].precision), share(scores[i].f1)],
          mistake ? `${mistake.prediction} (${count(mistake.images)})` : '–',
        ],
      }),
    ),
  };
}

/** Describes the means of the classes' scores. */
export function meanScores({ confusion }: ModelResults): string {
  const { precision, recall, f1 } = macroScores(confusion);
  return `Means over the classes: precision ${percent(precision, 1)}, recall ${percent(recall, 1)}, F1 ${percent(f1, 1)}. Recall is the accuracy on the images of a class, precision the share of the images predicted as the class that are of it.`;
}

const share = (value: number | undefined): string => (value === undefined ? '–' : percent(value, 1));

const calibrationError = ({ calibration }: ModelResults): string =>
  calibration ? `${percent(calibration.ece.before)} → ${percent(calibration.ece.after)}` : '–';

/** Returns the details of the run as terms with values. */
export function runDetails({ summary, models }: Results): [term: string, value: Markup | string][] {
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
    ...describeSources(summary),
    ...Object.entries(summary.initialization).map(([model, name]): [string, string] => [
      `${model}, initialization`,
      name,
    ]),
    ['Started', `${summary.startedAt.slice(0, 16).replace('T', ' ')} UTC`],
    ['Commit', summary.gitCommit ? code(summary.gitCommit) : 'not known'],
    ...Object.entries(summary.dataset).map(([source, digest]): [string, Markup] => [
      source,
      markup`${digest.length === 32 ? 'MD5' : 'SHA-256'} ${code(digest)}`,
    ]),
    ...models.map(({ name, onnx }): [string, Markup] => [
      `${name}, version`,
      markup`${code(onnx.sha256)} (SHA-256 of ${onnx.path}, ${count(onnx.bytes)} bytes)`,
    ]),
  ];
}

/** Returns the releases that training used. */
const describeSources = ({ weights, pretrained, teacher }: Results['summary']): [string, Markup][] =>
  Object.entries({ 'Fine-tuned from': weights, 'Convolutions of': pretrained, Teacher: teacher }).flatMap(
    ([term, release]) => (release ? [[term, markup`${release.name}, version ${code(release.version)}`]] : []),
  );

const code = (text: string): Markup => markup`<code>${text}</code>`;

/** Describes the images of a run, such as `2,000 of 60,000 training images, 10,000 test images`. */
export function imageCounts({ images, wholeImages = images }: Results['summary']): string {
  const part = (used: number, all: number, word: string) =>
    `${used < all ? `${count(used)} of ${count(all)}` : count(used)} ${word} images`;
  return `${part(images.train, wholeImages.train, 'training')}, ${part(images.test, wholeImages.test, 'test')}`;
}

function describeImages(summary: Results['summary']): string {
  const kept = summary.heldOut > 0 ? `, ${count(summary.heldOut)} held out` : '';
  return `${imageCounts(summary)}${kept}`;
}

const OPTIMIZERS: Record<string, string> = { sgd: 'SGD', adam: 'Adam', adamw: 'AdamW' };

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
