/** @file The options of `push` that describe an ONNX file of another program. */
import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ExplainedError } from '#shared/errors.ts';
import type { FitMode } from '#shared/input/fit/fit.ts';
import { isName } from '#shared/manifest.ts';
import type { ForeignModel } from '../release/foreign.ts';
import type { Release } from '../release/release.ts';
import { parseDecimal } from '../run/overrides.ts';
import { readInput } from './input.ts';
import { optionWithDefault, wholeNumber } from './options.ts';

export interface ForeignFlags extends Partial<Omit<ForeignModel, 'labels'>> {
  /** Path of the file with the labels. */
  labels?: string;
}

/** Flags that describe a model. A release has a manifest instead. */
const DESCRIPTIONS = [
  'name',
  'size',
  'fit',
  'mean',
  'std',
  'output',
] as const satisfies (keyof ForeignFlags)[];

export const withForeignOptions = (command: Command): Command =>
  command
    .option(
      '--labels <file>',
      'for an ONNX file of another program, such as PyTorch or Keras: text file with one label a line, in the order of the outputs',
    )
    .addOption(optionWithDefault('--name <model>', 'with --labels: name of the model', 'the file’s name'))
    .addOption(
      new Option(
        '--size <pixels>',
        'with --labels: width and height of a picture, if the model takes any size',
      ).argParser(wholeNumber()),
    )
    .addOption(
      optionWithDefault(
        '--fit <mode>',
        'with --labels: how pictures get that size: cover crops them, contain pads them with white',
        'cover',
      ).choices(['cover', 'contain'] satisfies FitMode[]),
    )
    .addOption(
      optionWithDefault(
        '--mean <numbers>',
        'with --labels: what is subtracted from each channel, which is in 0..1',
        0,
      ).argParser(parseNumbers),
    )
    .addOption(
      optionWithDefault(
        '--std <numbers>',
        'with --labels: by what each channel is divided then',
        1,
      ).argParser(parseDivisors),
    )
    .addOption(
      optionWithDefault(
        '--output <values>',
        'with --labels: what the output has',
        'probabilities if it adds up to 1 for three made pictures, else logits',
      ).choices(['logits', 'probabilities']),
    );

/**
 * Describes and checks the ONNX file of another program.
 * @param labels path of the file with the labels
 * @throws ExplainedError of kind `usage` or `model`
 */
export async function describeForeign(path: string, labels: string, flags: ForeignFlags): Promise<Release> {
  const { name = nameOf(path), fit = 'cover', size, mean, std, output } = flags;
  if (!isName(name)) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'invalid name of a model',
      expected: 'lower-case letters, digits and hyphens, at most 63 characters',
      got: name,
      next: 'Choose another name with --name.',
    });
  }
  const description = { name, labels: await readLabels(labels), fit, size, mean, std, output };
  const { foreignRelease } = await import('../release/foreign.ts');
  return foreignRelease(await readInput(path), description);
}

/** @throws ExplainedError of kind `usage` when a flag is given that only a model of another program needs */
export function rejectDescription(flags: ForeignFlags): void {
  const flag = DESCRIPTIONS.find((name) => flags[name] !== undefined);
  if (flag === undefined) return;
  throw new ExplainedError({
    kind: 'usage',
    what: `--${flag} describes a model of another program`,
    expected: '--labels with it',
    got: 'no --labels',
    next: `Add --labels, or leave --${flag} out: the manifest of a release has it.`,
  });
}

/** `models/ResNet_18.onnx` → `resnet-18` */
const nameOf = (path: string): string =>
  basename(path)
    .replace(/\.onnx$/i, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

async function readLabels(path: string): Promise<string[]> {
  const text = new TextDecoder().decode(await readInput(path));
  const labels = text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
  const empty = labels.indexOf('');
  if (empty === -1) return labels;
  throw new ExplainedError({
    kind: 'usage',
    what: `cannot read the labels in ${path}`,
    expected: 'one label a line',
    got: `an empty line ${empty + 1}`,
  });
}

/** Parses `0.485,0.456,0.406`. */
function parseNumbers(text: string): number[] {
  const numbers = text.split(',').map(parseDecimal);
  if (numbers.every(Number.isFinite)) return numbers;
  throw new InvalidArgumentError(`Expected ${ONE_A_CHANNEL}.`);
}

/** Parses numbers above 0. */
function parseDivisors(text: string): number[] {
  const numbers = parseNumbers(text);
  if (numbers.every((number) => number > 0)) return numbers;
  throw new InvalidArgumentError(`Expected ${ONE_A_CHANNEL}, all above 0.`);
}

const ONE_A_CHANNEL = 'numbers separated by commas, one a channel, such as 0.485,0.456,0.406';
