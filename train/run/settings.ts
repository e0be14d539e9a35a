/** @file What a training run was asked for: a recipe, changed by a configuration file, changed by flags. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { KERNEL_LEVELS, type KernelLevel } from '#shared/kernels/choose.ts';
import { Real } from '#shared/validation.ts';
import { AUGMENTATIONS, type AugmentationName } from '../dataset/fashion-mnist/augment/augment.ts';
import { DEVICES } from '../engine/open.ts';
import { adam, type Optimizer, sgd } from '../engine/optimizer.ts';
import { MODEL_NAMES, type ModelName } from '../model/zoo.ts';
import { SCHEDULES, type ScheduleName } from '../training/schedule.ts';
import { RECIPES, type Recipe } from './recipes.ts';

/** What a run was asked for, in its folder: a configuration file. */
export const SETTINGS_FILE = 'settings.json';

export const OPTIMIZERS = ['sgd', 'adam'] as const satisfies Optimizer['kind'][];

export const SCHEDULE_NAMES = Object.keys(SCHEDULES) as ScheduleName[];
export const AUGMENTATION_NAMES = Object.keys(AUGMENTATIONS) as AugmentationName[];

/** Half of the training set. */
const MOST_HELD_OUT = 30_000;

/** Flags are texts; what is no text becomes no number of itself. */
const Numeric = v.pipe(v.union([v.string(), v.number()]), v.transform(Number), Real);
const Integer = v.pipe(Numeric, v.safeInteger());
const Amount = v.pipe(Numeric, v.minValue(0));
const from = (least: number) => v.pipe(Integer, v.minValue(least));

/** The flags of `train`, and the keys of its configuration file. */
const Overrides = v.strictObject({
  recipe: v.exactOptional(v.picklist(Object.keys(RECIPES))),
  models: v.exactOptional(
    v.pipe(
      v.union([
        v.pipe(
          v.string(),
          v.transform((names) => names.split(',')),
        ),
        v.array(v.string()),
      ]),
      v.array(v.picklist(MODEL_NAMES)),
      v.minLength(1),
    ),
  ),
  seed: v.exactOptional(from(0)),
  epochs: v.exactOptional(from(1)),
  batchSize: v.exactOptional(from(1)),
  optimizer: v.exactOptional(v.picklist(OPTIMIZERS)),
  learningRate: v.exactOptional(Amount),
  momentum: v.exactOptional(v.pipe(Amount, v.ltValue(1))),
  weightDecay: v.exactOptional(Amount),
  schedule: v.exactOptional(v.picklist(SCHEDULE_NAMES)),
  augmentation: v.exactOptional(v.picklist(AUGMENTATION_NAMES)),
  device: v.exactOptional(v.picklist(DEVICES)),
  allowSoftwareAdapter: v.exactOptional(v.boolean()),
  threads: v.exactOptional(v.pipe(from(1), v.maxValue(64))),
  kernels: v.exactOptional(v.picklist(KERNEL_LEVELS)),
  data: v.exactOptional(v.string()),
  out: v.exactOptional(v.string()),
  limit: v.exactOptional(from(32)),
  heldOut: v.exactOptional(v.pipe(from(0), v.maxValue(MOST_HELD_OUT))),
  calibration: v.exactOptional(v.boolean()),
  checkpointEvery: v.exactOptional(Amount),
});
export type Overrides = v.InferOutput<typeof Overrides>;

export interface Settings extends Recipe {
  models: readonly ModelName[];
  device: string;
  /** A GPU device may compute on the CPU. */
  allowSoftwareAdapter: boolean;
  /** Of the cpu engine; as many as there are cores when undefined. */
  threads: number | undefined;
  /** Of the cpu engine; its default when undefined. */
  kernels: KernelLevel | undefined;
  /** Folder with the data set; found or downloaded when undefined. */
  data: string | undefined;
  /** Run folder. */
  out: string;
  /** Train on the first so many images, and test on as many at most. */
  limit: number | undefined;
  /** Fit a temperature to each model. */
  calibration: boolean;
  /** Seconds between two checkpoints within an epoch. */
  checkpointEvery: number;
  /** Goes on with the run in `out`. */
  resume: boolean;
}

/** PyTorch has no default for SGD; this is the lab's. */
const SGD_LEARNING_RATE = 0.1;
/** Often enough to lose little, seldom enough to cost nothing. */
export const CHECKPOINT_EVERY = 30;

/** What may be said anew when a run goes on: it does not change the result. */
const FREE_ON_RESUME = ['threads', 'data', 'checkpointEvery'];

/**
 * @param flags as they came from the command line, `config` and `resume` among them
 * @param recipe where neither flags nor file say one
 * @throws ExplainedError of kind `usage` naming the flag or key
 */
export async function resolveSettings(
  flags: Record<string, unknown>,
  recipe = RECIPES.lab.name,
): Promise<Settings> {
  const { resume, config, ...own } = flags;
  if (resume !== undefined) return resumedSettings(String(resume), config === undefined ? own : flags);
  const fromFile =
    config === undefined ? {} : check(await readConfig(String(config), '--config'), String(config), '');
  return resolve({ recipe, ...fromFile, ...check(own, 'the command line', '--') }, false);
}

/**
 * @param values keys of a configuration file
 * @param source named in the error
 * @throws ExplainedError of kind `usage` naming the key
 */
export const settingsOf = (values: unknown, source: string): Settings =>
  resolve(check(values, source, ''), false);

async function resumedSettings(folder: string, flags: Record<string, unknown>): Promise<Settings> {
  const other = Object.keys(flags).find((name) => !['resume', ...FREE_ON_RESUME].includes(name));
  if (other) {
    throw new ExplainedError({
      kind: 'usage',
      what: `the command line: --${nameOf(other, '--')} beside --resume`,
      expected: 'the run to go on as it was begun',
      next: 'Leave it out, or begin a run of its own.',
    });
  }
  const { resume, ...own } = flags;
  const path = join(folder, SETTINGS_FILE);
  const begun = check(await readConfig(path, '--resume'), path, '');
  // A run that does not say so began before there was a calibration.
  return resolve(
    { calibration: false, ...begun, ...check(own, 'the command line', '--'), out: folder },
    true,
  );
}

function resolve(given: Overrides, resume: boolean): Settings {
  const { recipe: name = 'lab', optimizer, learningRate, momentum, weightDecay, ...changes } = given;
  const recipe = RECIPES[name];
  const settings = {
    device: 'auto',
    allowSoftwareAdapter: false,
    threads: undefined,
    kernels: undefined,
    data: undefined,
    limit: undefined,
    calibration: true,
    checkpointEvery: CHECKPOINT_EVERY,
    ...recipe,
    ...changes,
    optimizer: resolveOptimizer(recipe.optimizer, given),
    resume,
  };
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return { ...settings, out: settings.out ?? `runs/${recipe.name}-seed${settings.seed}-${stamp}` };
}

/** Settings as a configuration file would say them: read again, they are the same. */
export function toOverrides({ name, optimizer, out, resume, ...settings }: Settings): Overrides {
  const { kind, learningRate, weightDecay } = optimizer;
  const momentum = optimizer.kind === 'sgd' ? optimizer.momentum : undefined;
  const flat = { recipe: name, ...settings, optimizer: kind, learningRate, momentum, weightDecay };
  return check(
    Object.fromEntries(Object.entries(flat).filter(([, value]) => value !== undefined)),
    'settings',
    '',
  );
}

/** The recipe's optimizer with other numbers, or another one with PyTorch's. */
function resolveOptimizer(recipe: Optimizer, given: Overrides): Optimizer {
  const { optimizer: kind = recipe.kind, learningRate, momentum, weightDecay } = given;
  if (kind === 'adam' && momentum !== undefined) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'momentum',
      expected: '--optimizer sgd with it',
      got: 'adam, which has moments of its own',
    });
  }
  const base = kind === recipe.kind ? recipe : kind === 'adam' ? adam() : sgd(SGD_LEARNING_RATE);
  const changes = { learningRate, momentum, weightDecay };
  return {
    ...base,
    ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
  };
}

function check(values: unknown, source: string, prefix: string): Overrides {
  const { success, output, issues } = v.safeParse(Overrides, values, { abortEarly: true });
  if (success) return output;
  const [issue] = issues;
  throw new ExplainedError({
    kind: 'usage',
    what: `${source}: ${prefix}${nameOf(issue.path?.[0].key as PropertyKey | undefined, prefix)}: ${issue.message}`,
    next: 'npm run train -- --help says what may be there.',
  });
}

/** A key as it was written there: flags have dashes. */
function nameOf(key: PropertyKey = 'configuration', prefix: string): string {
  return prefix ? String(key).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) : String(key);
}

export async function readConfig(path: string, flag: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot read ${flag} ${path}`,
      expected: 'a JSON file',
      got,
      cause,
    });
  }
}
