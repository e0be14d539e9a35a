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
import { similarName } from './similar-name.ts';

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

type Wrong = { input: unknown };

/** Makes the message for a value that is not as expected. */
const wanted =
  (expected: string) =>
  ({ input }: Wrong): string =>
    `expected ${expected}, got ${JSON.stringify(input) ?? typeof input}`;

/** As `wanted`, for a number. JSON has no infinity, but JSON.parse reads 1e999 as one. */
const wantedNumber =
  (expected: string) =>
  ({ input }: Wrong): string =>
    typeof input === 'number' ? `expected ${expected}, got ${input}` : wanted(expected)({ input });

/** A number, or a flag's text. Other types are rejected: `Number(true)` would be 1. */
const Numeric = v.pipe(
  v.union([v.string(), v.number()], wanted('a number')),
  v.check((value) => Number.isFinite(numberOf(value)), wantedNumber('a decimal number')),
  v.transform(numberOf),
);
const Text = v.pipe(v.string(wanted('a text')), v.minLength(1, 'expected a text, got an empty one'));
const Path = v.pipe(
  v.string(wanted('a path')),
  v.check((path) => path.trim() !== '', 'expected a path, got an empty text'),
);
const Flag = v.boolean(wanted('true or false'));
const NonNegative = v.pipe(
  Numeric,
  v.check((value) => value >= 0, wantedNumber('a number of at least 0')),
);
const Share = v.pipe(
  Numeric,
  v.check((value) => value >= 0 && value < 1, wantedNumber('a number of at least 0 and below 1')),
);
const integerFrom = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  v.pipe(
    Numeric,
    v.check(
      (value) => Number.isSafeInteger(value) && value >= least && value <= most,
      wantedNumber(
        `a whole number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}`,
      ),
    ),
  );
const oneOf = <const Names extends readonly string[]>(names: Names, usage = names.join(', ')) =>
  v.picklist(names, ({ input }: Wrong) => `expected one of ${usage}; got ${JSON.stringify(input)}`);

/** A list, or a flag's comma-separated text. */
const ModelList = v.pipe(
  v.union(
    [
      v.pipe(
        v.string(),
        v.transform((names) => names.split(',')),
      ),
      v.array(v.string()),
    ],
    wanted('names of models'),
  ),
  v.array(oneOf(MODEL_NAMES)),
  v.minLength(1, 'expected at least one model, got none'),
);

const Overrides = v.strictObject({
  recipe: v.exactOptional(oneOf(Object.keys(RECIPES))),
  models: v.exactOptional(ModelList),
  network: v.exactOptional(NetworkDescription),
  hiddenUnits: v.exactOptional(integerFrom(1, 1024)),
  kernelSize: v.exactOptional(integerFrom(1, 15)),
  padding: v.exactOptional(oneOf(ZOO_PADDINGS)),
  initialization: v.exactOptional(oneOf(INITIALIZATIONS)),
  seed: v.exactOptional(integerFrom(0)),
  epochs: v.exactOptional(integerFrom(1)),
  batchSize: v.exactOptional(integerFrom(1)),
  optimizer: v.exactOptional(oneOf(OPTIMIZERS)),
  learningRate: v.exactOptional(NonNegative),
  momentum: v.exactOptional(Share),
  weightDecay: v.exactOptional(NonNegative),
  beta1: v.exactOptional(Share),
  beta2: v.exactOptional(Share),
  epsilon: v.exactOptional(NonNegative),
  averaging: v.exactOptional(Share),
  labelSmoothing: v.exactOptional(Share),
  select: v.exactOptional(oneOf(SELECTIONS)),
  patience: v.exactOptional(integerFrom(1)),
  schedule: v.exactOptional(oneOf(SCHEDULE_NAMES)),
  augmentation: v.exactOptional(oneOf(AUGMENTATION_NAMES, AUGMENTATION_USAGE)),
  device: v.exactOptional(oneOf(DEVICES)),
  allowSoftwareAdapter: v.exactOptional(Flag),
  threads: v.exactOptional(integerFrom(1, 64)),
  kernels: v.exactOptional(oneOf(KERNEL_LEVELS)),
  data: v.exactOptional(Path),
  imageSize: v.exactOptional(integerFrom(8, 512)),
  colour: v.exactOptional(oneOf(COLOUR_NAMES)),
  fit: v.exactOptional(oneOf(FIT_MODES)),
  splitSeed: v.exactOptional(integerFrom(0)),
  photos: v.exactOptional(Path),
  none: v.exactOptional(Text),
  balance: v.exactOptional(Flag),
  weights: v.exactOptional(Path),
  pretrained: v.exactOptional(Path),
  teacher: v.exactOptional(Path),
  out: v.exactOptional(Path),
  limit: v.exactOptional(integerFrom(32)),
  heldOut: v.exactOptional(integerFrom(0, MAX_HELD_OUT)),
  calibration: v.exactOptional(Flag),
  checkpointEvery: v.exactOptional(NonNegative),
});
export type Overrides = v.InferOutput<typeof Overrides>;

/**
 * Validates flags or the contents of a configuration file.
 * @param source named in the error; `undefined` for flags of the command line
 * @throws ExplainedError of kind `usage` naming the flag or key
 */
export function parseOverrides(values: unknown, source?: string): Overrides {
  const { success, output, issues } = v.safeParse(
    Overrides,
    // valibot takes an array for an object.
    Array.isArray(values) ? undefined : values,
    { abortEarly: true },
  );
  if (success) return output;
  const { problem, meant } = explain(issues[0], source);
  throw new ExplainedError({
    kind: 'usage',
    what: [...(source === undefined ? [] : [source]), problem].join(': '),
    next: `${meant === undefined ? '' : `Did you mean ${meant}? `}Run ${commandLine('train', '--help')} for the options.`,
  });
}

/** Describes what is wrong, in words that name the flag or the key, and what was probably meant. */
function explain(
  issue: v.BaseIssue<unknown>,
  source: string | undefined,
): { problem: string; meant?: string | undefined } {
  const [first, ...inner] = (v.getDotPath(issue) ?? '').split('.').filter(Boolean);
  if (first === undefined) return { problem: 'expected a JSON object with settings' };
  const nameOf = (setting: string) => (source === undefined ? flagOf(setting) : setting);
  if (!(first in Overrides.entries)) {
    const similar = similarName(first, Object.keys(Overrides.entries));
    return { problem: `unknown setting ${nameOf(first)}`, meant: similar && nameOf(similar) };
  }
  // The index in a list of names says nothing that the message does not.
  const place = inner.length === 1 && /^\d+$/.test(inner[0]) ? '' : inner.join('.');
  const problem = [nameOf(first), ...(place ? [place] : []), issue.message].join(': ');
  const { type, input, expected } = issue;
  const choices =
    type === 'picklist' ? [...(expected ?? '').matchAll(/"([^"]+)"/g)].map(([, name]) => name) : [];
  return { problem, meant: typeof input === 'string' ? similarName(input, choices) : undefined };
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
