/** @file The flags of `train` and the keys of its configuration file: one schema for both. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { KERNEL_LEVELS } from '#shared/kernels/choose.ts';
// Sets the messages for values that do not match a schema.
import '#shared/validation.ts';
import { AUGMENTATION_NAMES, AUGMENTATION_USAGE } from '../dataset/augmentations.ts';
import { COLOURS, type Colour, type DataSettings } from '../dataset/open.ts';
import { DEVICES } from '../engine/open.ts';
import type { Optimizer } from '../engine/optimizer.ts';
import { flagOf } from '../format.ts';
import { commandLine } from '../installation.ts';
import { INITIALIZATIONS } from '../model/initialize.ts';
import { NetworkDescription } from '../model/network-file.ts';
import { MODEL_NAMES, ZOO_PADDINGS } from '../model/zoo.ts';
import { SCHEDULES, type ScheduleName } from '../training/schedule.ts';
import { SELECTIONS } from '../training/selection.ts';
import { RECIPES } from './recipes.ts';

export const OPTIMIZERS = ['sgd', 'adam', 'adamw'] as const satisfies Optimizer['kind'][];
export const SCHEDULE_NAMES = Object.keys(SCHEDULES) as ScheduleName[];
export const COLOUR_NAMES = Object.keys(COLOURS) as Colour[];
export const FIT_MODES = ['cover', 'contain', 'garment'] as const satisfies DataSettings['fit'][];

/** Half of the training set. */
const MAX_HELD_OUT = 30_000;

/** Returns the number in a decimal text, else NaN. `Number` alone would read an empty text as 0, and 0x10 as 16. */
export const parseDecimal = (text: string): number =>
  /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;

const numberOf = (value: string | number): number =>
  typeof value === 'string' ? parseDecimal(value) : value;

/** A number, or a flag's text. Other types are rejected: `Number(true)` would be 1. */
const Numeric = v.pipe(
  v.union([v.string(), v.number()]),
  v.check(
    (value) => Number.isFinite(numberOf(value)),
    ({ input }) =>
      `expected a decimal number, got ${typeof input === 'string' ? JSON.stringify(input) : input}`,
  ),
  v.transform(numberOf),
);
const Path = v.pipe(
  v.string(),
  v.check((path) => path.trim() !== '', 'expected a path, got an empty text'),
);
const Integer = v.pipe(Numeric, v.safeInteger());
const NonNegative = v.pipe(Numeric, v.minValue(0));
const integerFrom = (minimum: number) => v.pipe(Integer, v.minValue(minimum));

/** A list, or a flag's comma-separated text. */
const ModelList = v.pipe(
  v.union([
    v.pipe(
      v.string(),
      v.transform((names) => names.split(',')),
    ),
    v.array(v.string()),
  ]),
  v.array(v.picklist(MODEL_NAMES)),
  v.minLength(1),
);

const Overrides = v.strictObject({
  recipe: v.exactOptional(v.picklist(Object.keys(RECIPES))),
  models: v.exactOptional(ModelList),
  network: v.exactOptional(NetworkDescription),
  hiddenUnits: v.exactOptional(v.pipe(integerFrom(1), v.maxValue(1024))),
  kernelSize: v.exactOptional(v.pipe(integerFrom(1), v.maxValue(15))),
  padding: v.exactOptional(v.picklist(ZOO_PADDINGS)),
  initialization: v.exactOptional(v.picklist(INITIALIZATIONS)),
  seed: v.exactOptional(integerFrom(0)),
  epochs: v.exactOptional(integerFrom(1)),
  batchSize: v.exactOptional(integerFrom(1)),
  optimizer: v.exactOptional(v.picklist(OPTIMIZERS)),
  learningRate: v.exactOptional(NonNegative),
  momentum: v.exactOptional(v.pipe(NonNegative, v.ltValue(1))),
  weightDecay: v.exactOptional(NonNegative),
  beta1: v.exactOptional(v.pipe(NonNegative, v.ltValue(1))),
  beta2: v.exactOptional(v.pipe(NonNegative, v.ltValue(1))),
  epsilon: v.exactOptional(NonNegative),
  averaging: v.exactOptional(v.pipe(NonNegative, v.ltValue(1))),
  labelSmoothing: v.exactOptional(v.pipe(NonNegative, v.ltValue(1))),
  select: v.exactOptional(v.picklist(SELECTIONS)),
  patience: v.exactOptional(integerFrom(1)),
  schedule: v.exactOptional(v.picklist(SCHEDULE_NAMES)),
  augmentation: v.exactOptional(
    v.picklist(
      AUGMENTATION_NAMES,
      ({ input }) => `expected one of ${AUGMENTATION_USAGE}; got ${JSON.stringify(input)}`,
    ),
  ),
  device: v.exactOptional(v.picklist(DEVICES)),
  allowSoftwareAdapter: v.exactOptional(v.boolean()),
  threads: v.exactOptional(v.pipe(integerFrom(1), v.maxValue(64))),
  kernels: v.exactOptional(v.picklist(KERNEL_LEVELS)),
  data: v.exactOptional(Path),
  imageSize: v.exactOptional(v.pipe(integerFrom(8), v.maxValue(512))),
  colour: v.exactOptional(v.picklist(COLOUR_NAMES)),
  fit: v.exactOptional(v.picklist(FIT_MODES)),
  splitSeed: v.exactOptional(integerFrom(0)),
  photos: v.exactOptional(Path),
  none: v.exactOptional(v.pipe(v.string(), v.minLength(1))),
  balance: v.exactOptional(v.boolean()),
  pretrained: v.exactOptional(Path),
  teacher: v.exactOptional(Path),
  out: v.exactOptional(Path),
  limit: v.exactOptional(integerFrom(32)),
  heldOut: v.exactOptional(v.pipe(integerFrom(0), v.maxValue(MAX_HELD_OUT))),
  calibration: v.exactOptional(v.boolean()),
  checkpointEvery: v.exactOptional(NonNegative),
});
export type Overrides = v.InferOutput<typeof Overrides>;

/**
 * Validates flags or the contents of a configuration file.
 * @param source named in the error; `undefined` for flags of the command line
 * @throws ExplainedError of kind `usage` naming the flag or key
 */
export function parseOverrides(values: unknown, source?: string): Overrides {
  const { success, output, issues } = v.safeParse(Overrides, values, { abortEarly: true });
  if (success) return output;
  const [issue] = issues;
  const [first, ...inner] = (v.getDotPath(issue) ?? 'configuration').split('.');
  const key = String(first);
  const place = inner.length > 0 ? `${inner.join('.')}: ` : '';
  throw new ExplainedError({
    kind: 'usage',
    what: `${source ?? 'the command line'}: ${source === undefined ? flagOf(key) : key}: ${place}${issue.message}`,
    next: `Run ${commandLine('train', '--help')} for the options.`,
  });
}

/**
 * Reads a JSON file that a flag names.
 * @throws ExplainedError of kind `usage`
 */
export async function readJsonFile(path: string, flag: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot read ${flag} ${path}`,
      expected: 'a JSON file',
      got,
      next: 'Check the path and the syntax of the file.',
      cause,
    });
  }
}
