/**
 * @file The teacher of a training: a release whose probabilities take the place of the labels (Hinton, Vinyals and Dean, "Distilling the
 * Knowledge in a Neural Network", 2015; here at temperature 1, and without a share of the labels). They are those of its mean logits over
 * augmented copies of an image, which are right more often than those of the image alone.
 */
import { isDeepStrictEqual } from 'node:util';
import { ExplainedError } from '#shared/errors.ts';
import { pictureInputOf } from '#shared/input/preprocessing.ts';
import { softmax } from '#shared/predictions.ts';
import type { Dataset, RunData } from '../dataset/split.ts';
import { sgd } from '../engine/optimizer.ts';
import { list } from '../format.ts';
import type { SourceRelease } from '../release/source.ts';
import { computeLogits, type LogitsContext } from '../training/logits.ts';
import { imagePrinter } from './progress.ts';

/** Images of a step of the self-test. The reference engine takes long for a step of a wide network. */
const TESTED_IMAGES = 8;

/** Copies of an image over which the teacher's logits are averaged, when the training augments its images. */
const COPIES = 16;

/** @throws ExplainedError of kind `usage` when a teacher takes other images than those of the data, or has other labels */
export function requireSameTask(
  teacher: SourceRelease | undefined,
  { shape, preprocessing, classes }: Pick<Dataset, 'shape' | 'preprocessing' | 'classes'>,
): void {
  if (!teacher) return;
  const { labels } = teacher.manifest;
  const [own, input] = [{ shape, preprocessing }, pictureInputOf(teacher.manifest)].map(describeInput);
  if (input !== own) throw unsuitable(teacher, `the input of the data, ${own}`, input);
  if (!isDeepStrictEqual(labels, [...classes])) {
    throw unsuitable(teacher, `the labels of the data in their order, ${list(classes)}`, list(labels));
  }
}

/** Describes an input without the version of its preparation: versions differ in details, and Fashion-MNIST's images need none. */
function describeInput({ shape, preprocessing }: Pick<Dataset, 'shape' | 'preprocessing'>): string {
  const { kind, version, ...details } = preprocessing;
  const sorted = Object.entries(details).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const words = sorted.map(([name, value]) => `${name} ${value}`);
  return [`${shape.join(' × ')} (channels × height × width)`, kind, ...words].join(', ');
}

const unsuitable = ({ name, version }: SourceRelease, expected: string, got: string): ExplainedError =>
  new ExplainedError({
    kind: 'usage',
    what: `${name} ${version} cannot be the teacher`,
    expected,
    got,
    next: 'Train the teacher on the same images: with the same --data or --photos, --image-size, --colour and --fit.',
  });

interface TeachContext extends Pick<LogitsContext, 'engine' | 'batchSize' | 'augment' | 'signal'> {
  log: (line: string) => void;
}

/**
 * Returns the data with the teacher's probabilities of the training images as targets; as it is without a teacher.
 * @param context with the augmentation of the training, which also makes the copies that the teacher sees
 */
export async function withTeacher(
  data: RunData,
  teacher: SourceRelease | undefined,
  { log, ...context }: TeachContext,
): Promise<RunData> {
  if (!teacher) return data;
  const { name, version, network } = teacher;
  log(`Learning the probabilities of the teacher ${name} ${version}.`);
  // The self-test of the trainer is on kernels for the other network.
  await context.engine.selfTest?.(network, sgd(0.1), TESTED_IMAGES);
  const onProgress = imagePrinter('Computing the probabilities of the teacher', log);
  const { count } = data.train;
  const [classes, copies] = [network.output[0], context.augment ? COPIES : 1];
  const targets = new Float32Array(count * classes);
  for (let epoch = 0; epoch < copies; epoch++) {
    const logits = await computeLogits(teacher, data.train, {
      ...{ ...context, epoch },
      onProgress: (done) => onProgress(epoch * count + done, copies * count),
    });
    for (let i = 0; i < targets.length; i++) targets[i] += logits[i] / copies;
  }
  for (let at = 0; at < targets.length; at += classes) {
    targets.set(softmax(targets.subarray(at, at + classes), 1), at);
  }
  return { ...data, train: { ...data.train, targets } };
}
