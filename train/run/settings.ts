/** @file The settings of a training run: a recipe, changed by a configuration file, changed by flags. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import type { KernelLevel } from '#shared/kernels/choose.ts';
import { isInBucket } from '../dataset/bucket.ts';
import { type DataSettings, isFolder } from '../dataset/open.ts';
import { adam, adamw, type Optimizer, sgd } from '../engine/optimizer.ts';
import { flagOf } from '../format.ts';
import type { ReportedSettings } from '../training/reporter.ts';
import { type NetworkSettings, rejectUnusedSizes } from './networks.ts';
import { OPTIMIZERS, type Overrides, parseOverrides, readJsonFile } from './overrides.ts';
import { RECIPES, type Recipe } from './recipes.ts';
import { similarName } from './similar-name.ts';

/** The settings in a run folder; a configuration file. */
export const SETTINGS_FILE = 'settings.json';

export interface Settings extends Omit<Recipe, 'models'>, NetworkSettings, DataSettings {
  device: string;
  /** Allows a GPU device to compute on the CPU. */
  allowSoftwareAdapter: boolean;
  /** Threads of the cpu engine; one per core when undefined. */
  threads: number | undefined;
  /** Kernels of the cpu engine; the fastest when undefined. */
  kernels: KernelLevel | undefined;
  data: string | undefined;
  /** Trains on as many images of each class. */
  balance: boolean;
  /** Path of the release from whose weights training starts; they are drawn when undefined. */
  weights: string | undefined;
  /** Path of the release whose convolutions training starts from. */
  pretrained: string | undefined;
  /** Path of the release whose probabilities take the place of the labels of the training images. */
  teacher: string | undefined;
  /** Run folder; a new folder in `runs/` when undefined. */
  out: string | undefined;
  /** Trains on the first `limit` images, and tests on at most as many. */
  limit: number | undefined;
  /** Fits a temperature to each model. */
  calibration: boolean;
  /** Seconds between two checkpoints within an epoch. */
  checkpointEvery: number;
  /** Resumes the run in `out`. */
  resume: boolean;
  /** Names of the settings that the resumed run changes. */
  changed: readonly (typeof CHANGEABLE)[number][];
}

/** The lab's learning rate; PyTorch has no default for SGD. */
const SGD_LEARNING_RATE = 0.1;
/** The optimizers with their defaults. */
const DEFAULTS: Record<Optimizer['kind'], Optimizer> = {
  sgd: sgd(SGD_LEARNING_RATE),
  adam: adam(),
  adamw: adamw(),
};
/** In seconds. A killed process loses at most as much work; a checkpoint costs a negligible share of it. */
export const CHECKPOINT_EVERY = 30;

/** Settings that may change when a run is resumed: they do not change the result. */
const FREE_ON_RESUME = ['threads', 'data', 'checkpointEvery'];
/** Settings that change the result of a resumed run: it trains for longer, or exports another epoch. */
const CHANGEABLE = ['epochs', 'select'] as const;

/**
 * Resolves the flags of the command line.
 * @param flags by name, with `config` and `resume`
 * @param recipe used for Fashion-MNIST when neither flags nor configuration file name one
 * @throws ExplainedError of kind `usage` naming the flag or key
 */
export async function resolveSettings(
  flags: Record<string, unknown>,
  recipe = RECIPES.lab.name,
): Promise<Settings> {
  const { resume, config, ...own } = flags;
  if (resume !== undefined) return resumedSettings(String(resume), config === undefined ? own : flags);
  const path = String(config);
  const fromFile = config === undefined ? {} : parseOverrides(await readJsonFile(path, '--config'), path);
  return resolve({ ...fromFile, ...parseOverrides(await withNetwork(own)) }, false, recipe);
}

/** Reads the file of the flag `--network`. */
async function withNetwork({ network, ...flags }: Record<string, unknown>): Promise<Record<string, unknown>> {
  if (network === undefined) return flags;
  return { ...flags, network: await readJsonFile(String(network), '--network') };
}

/**
 * Resolves the contents of a configuration file.
 * @param source named in the error
 * @throws ExplainedError of kind `usage` naming the key
 */
export const settingsOf = (values: unknown, source: string): Settings =>
  resolve(parseOverrides(values, source), false);

async function resumedSettings(folder: string, flags: Record<string, unknown>): Promise<Settings> {
  const changeable = [...FREE_ON_RESUME, ...CHANGEABLE];
  const other = Object.keys(flags).find((name) => !['resume', ...changeable].includes(name));
  if (other) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot use ${flagOf(other)} with --resume`,
      expected: `only ${changeable.map(flagOf).join(', ')}, because a resumed run keeps its other settings`,
      next: `Leave out ${flagOf(other)}, or start a new run from these weights: --weights ${folder}`,
    });
  }
  const { resume, ...own } = flags;
  await requireRun(folder);
  const path = join(folder, SETTINGS_FILE);
  const stored = parseOverrides(await readJsonFile(path, '--resume'), path);
  // The settings of old runs lack `calibration`; those runs were not calibrated.
  const changed = CHANGEABLE.filter((name) => name in own);
  return {
    ...resolve({ calibration: false, ...stored, ...parseOverrides(own), out: folder }, true),
    changed,
  };
}

const hasRun = (folder: string): boolean => existsSync(join(folder, SETTINGS_FILE));

/** @throws ExplainedError of kind `usage`, with the folder that was probably meant */
async function requireRun(folder: string): Promise<void> {
  if (hasRun(folder)) return;
  const parent = dirname(folder);
  const beside = await readdir(parent).catch(() => []);
  const similar = similarName(
    basename(folder),
    beside.filter((name) => hasRun(join(parent, name))),
  );
  const meant = hasRun(parent) ? parent : similar && join(parent, similar);
  throw new ExplainedError({
    kind: 'usage',
    what: `cannot resume ${folder}`,
    expected: 'the folder of a run',
    got: existsSync(folder) ? `a folder without ${SETTINGS_FILE}` : 'no such folder',
    ...(meant !== undefined && { next: `Did you mean --resume ${meant}?` }),
  });
}

/** @param fashionRecipe used for Fashion-MNIST when no recipe is given */
function resolve(given: Overrides, resume: boolean, fashionRecipe = RECIPES.lab.name): Settings {
  // The recipe of a job must be the same on a machine without its data.
  const { data } = given;
  const hasFolder = isInBucket(data) || (data !== undefined && existsSync(data) && isFolder({ data }));
  const folderRecipe = given.fit === 'garment' ? RECIPES.garments : RECIPES.photos;
  const fallback = hasFolder ? folderRecipe.name : fashionRecipe;
  const { recipe: name = fallback, optimizer, ...others } = given;
  const { learningRate, momentum, beta1, beta2, epsilon, weightDecay, averaging, ...changes } = others;
  const recipe = RECIPES[name];
  const settings: Settings = {
    network: undefined,
    hiddenUnits: undefined,
    kernelSize: undefined,
    padding: undefined,
    initialization: undefined,
    device: 'auto',
    allowSoftwareAdapter: false,
    threads: undefined,
    kernels: undefined,
    data: undefined,
    balance: false,
    weights: undefined,
    pretrained: undefined,
    teacher: undefined,
    out: undefined,
    limit: undefined,
    calibration: true,
    checkpointEvery: CHECKPOINT_EVERY,
    ...recipe,
    ...changes,
    models: modelsOf(recipe, given),
    optimizer: resolveOptimizer(recipe.optimizer, given),
    resume,
    changed: [],
  };
  rejectUnusedSizes(settings);
  rejectTwoStarts(settings);
  return settings;
}

function rejectTwoStarts({ weights, pretrained }: Settings): void {
  if (weights === undefined || pretrained === undefined) return;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot use --weights with --pretrained',
    expected: 'one of them',
    next: 'Use --weights to start from all weights of a release, or --pretrained to start from its convolutions.',
  });
}

function modelsOf(recipe: Recipe, { models, network }: Overrides): readonly string[] {
  if (!network) return models ?? recipe.models;
  if (!models) return [network.name];
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot use --models with --network',
    expected: 'one of them',
    next: 'Leave out --models: the network is the only model of the run.',
  });
}

/** The numbers of an optimizer. */
const NUMBERS = [
  'learningRate',
  'momentum',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'averaging',
] as const;

/** Returns the recipe's optimizer with the given numbers, or another optimizer with its defaults. */
function resolveOptimizer(recipe: Optimizer, given: Overrides): Optimizer {
  const { optimizer: kind = recipe.kind } = given;
  const base = kind === recipe.kind ? recipe : DEFAULTS[kind];
  const changes = NUMBERS.filter((name) => given[name] !== undefined);
  const unused = changes.find((name) => !(name in base));
  if (unused === undefined)
    return { ...base, ...Object.fromEntries(changes.map((name) => [name, given[name]])) };
  throw new ExplainedError({
    kind: 'usage',
    what: `cannot use ${flagOf(unused)} with the optimizer ${kind}`,
    expected: `the optimizer ${OPTIMIZERS.filter((one) => unused in DEFAULTS[one]).join(' or ')}`,
    next: `Leave out ${flagOf(unused)}, or choose another --optimizer.`,
  });
}

/** Returns the settings as an experiment tracker lists them. */
export function toReported(settings: Settings): ReportedSettings {
  const { models, network, ...flat } = toOverrides(settings);
  return flat;
}

/** Converts settings to a configuration file that resolves to the same settings. */
export function toOverrides({
  name,
  optimizer,
  out,
  resume,
  changed,
  models,
  ...settings
}: Settings): Overrides {
  const { kind, ...numbers } = optimizer;
  const named = settings.network ? {} : { models };
  const flat = {
    recipe: name,
    ...named,
    ...settings,
    optimizer: kind,
    ...numbers,
  };
  const given = Object.entries(flat).filter(([, value]) => value !== undefined);
  return parseOverrides(Object.fromEntries(given), 'settings');
}
