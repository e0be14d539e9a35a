/** @file Groups the models of several runs into series: the trainings of one model with the same settings, and with different seeds. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { count } from '../../format.ts';
import { SETTINGS_FILE } from '../../run/settings.ts';
import type { DivergedModel } from '../../run/summary.ts';
import type { EpochResult, ModelResults, Results } from '../results.ts';

/** The training of a model in one of the runs. */
interface Training {
  /** Name of the run. */
  run: string;
  seed: number;
  /** Undefined for a training that diverged or has not finished. */
  result: ModelResults | undefined;
  diverged: DivergedModel | undefined;
  epochs: EpochResult[];
}

/** The trainings of one model with the same settings. */
export interface Series {
  /** The model, and the values of the settings that differ between the series. */
  name: string;
  model: string;
  settings: SettingValues;
  trainings: Training[];
}

/** Values of settings as text, by name. */
type SettingValues = Readonly<Record<string, string>>;

/** Settings of a run that can be in settings.json alone. */
const STORED = [
  ...['hiddenUnits', 'kernelSize', 'padding', 'balance', 'imageSize', 'colour', 'fit', 'splitSeed', 'none'],
  'calibration',
];

/**
 * Groups the models of runs.
 * @returns the series in the order of the runs, and the names of the settings that differ between them
 */
export async function seriesOf(runs: readonly Results[]): Promise<{ series: Series[]; differing: string[] }> {
  const settings = await Promise.all(runs.map(settingsOf));
  const names = [...new Set(settings.flatMap((own) => Object.keys(own)))];
  const differing = names.filter((name) => new Set(settings.map((own) => own[name])).size > 1);
  const groups = new Map<string, Series>();
  for (const [i, run] of runs.entries()) {
    const own = Object.fromEntries(differing.map((name) => [name, settings[i][name] ?? 'default']));
    for (const [model, training] of trainingsOf(run)) {
      const key = JSON.stringify([model, own]);
      const words = Object.entries(own).map(([name, value]) => `${wordsOf(name)} ${value}`);
      const name = [model, ...words].join(', ');
      const group = groups.get(key) ?? { name, model, settings: own, trainings: [] };
      group.trainings.push(training);
      groups.set(key, group);
    }
  }
  return { series: [...groups.values()], differing };
}

/** Returns the settings that decide the results of a run, except its seed. */
async function settingsOf({ folder, summary }: Results): Promise<SettingValues> {
  const stored: Record<string, unknown> = await readFile(join(folder, SETTINGS_FILE), 'utf8')
    .then((text) => JSON.parse(text))
    .catch(() => ({}));
  const { recipe, epochs, batchSize, optimizer, learningRate, momentum, weightDecay, schedule } = summary;
  const { augmentation, heldOut, labelSmoothing, averaging, select, patience, data, images } = summary;
  const { initialization, weights, pretrained, teacher } = summary;
  const values = {
    ...{ recipe, epochs, batchSize, optimizer, learningRate, momentum, weightDecay, schedule },
    ...{ augmentation, heldOut, labelSmoothing, averaging, select, patience, data },
    trainingImages: count(images.train),
    ...Object.fromEntries(STORED.map((name) => [name, stored[name]])),
    ...Object.fromEntries(
      Object.entries(initialization).map(([model, name]) => [`initialization of ${model}`, name]),
    ),
    ...Object.fromEntries(
      Object.entries({ weights, pretrained, teacher }).map(([name, release]) => [
        name,
        release && `${release.name} ${release.version.slice(0, 12)}`,
      ]),
    ),
  };
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, `${value}`]));
}

/** Returns the trainings of a run by model: finished, diverged or with some epochs. */
function trainingsOf({ name: run, summary, models, epochs }: Results): Map<string, Training> {
  const { seed, diverged = {} } = summary;
  const names = new Set([
    ...models.map(({ name }) => name),
    ...Object.keys(diverged),
    ...epochs.map(({ model }) => model),
  ]);
  return new Map(
    [...names].map((model) => [
      model,
      {
        ...{ run, seed, diverged: diverged[model] },
        result: models.find(({ name }) => name === model),
        epochs: epochs.filter((epoch) => epoch.model === model),
      },
    ]),
  );
}

/** Turns the name of a setting into words: `learningRate` → `learning rate`. */
export const wordsOf = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Mean, and sample standard deviation of more than one value. */
export interface Spread {
  mean: number;
  deviation: number | undefined;
}

/** Returns mean and standard deviation; undefined without values. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length === 1) return { mean, deviation: undefined };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** Returns the results of the finished trainings of a series. */
export const resultsOf = ({ trainings }: Series): ModelResults[] =>
  trainings.flatMap(({ result }) => result ?? []);

/** Returns the mean test accuracy of the finished trainings, 0..1; undefined when none has finished. */
export const meanAccuracy = (series: Series): number | undefined =>
  spreadOf(resultsOf(series).map(({ final }) => final.testAccuracy))?.mean;
