/** @file A training run: trains several models on one data set, and records them in a run folder. An interrupted run can be resumed. */
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ExplainedError } from '#shared/errors.ts';
import type { Network } from '#shared/model/spec.ts';
import { augmentationFor } from '../dataset/augmentations.ts';
import { openDataset } from '../dataset/open.ts';
import { type Dataset, divide, imagesOf, type RunData } from '../dataset/split.ts';
import { warmUp } from '../engine/auto.ts';
import type { Engine } from '../engine/engine.ts';
import { count, list, percent } from '../format.ts';
import { writeRelease } from '../release/release.ts';
import { readSources, type Sources } from '../release/source.ts';
import type { Checkpoints } from '../training/checkpoint/checkpoints.ts';
import { folderCheckpoints } from '../training/checkpoint/folder.ts';
import { Divergence } from '../training/checks.ts';
import { constantAnswer } from '../training/class-results.ts';
import { openMetricsLog } from './metrics-log.ts';
import { networkOf } from './networks.ts';
import { openTrainingEngine } from './open-engine.ts';
import { datasetPrinter } from './progress.ts';
import { resultLines } from './result.ts';
import {
  changeRun,
  checkpointFolder,
  openRunFolder,
  type RunFolder,
  requireFreeFolder,
} from './run-folder.ts';
import { SETTINGS_FILE, type Settings } from './settings.ts';
import { requireStart } from './start.ts';
import { newSummary, type Summary, summarizeModel, writeSummary } from './summary.ts';
import { requireSameTask, withTeacher } from './teacher.ts';
import { requireValidation, trainModel } from './train-model.ts';

export interface Run extends RunFolder {
  settings: Settings;
  dataset: Dataset;
  data: RunData;
  networks: Network[];
  engine: Engine;
  sources: Sources;
}

/**
 * Loads the data set, opens the engine, and creates the run folder or opens it again.
 * @throws ExplainedError of kind `usage` when a new run's folder already contains a run, of kind `conflict` when another process uses it
 */
export async function openRun(settings: Settings): Promise<Run> {
  await requireFreeFolder(settings);
  const sources = await readSources(settings);
  const { weights, pretrained, teacher } = sources;
  const dataset = await openDataset(settings, { ...datasetPrinter(), start: weights ?? pretrained });
  requireSameTask(teacher, dataset);
  const data = divide(dataset, settings.heldOut, settings.limit);
  requireValidation(settings, data);
  const whole = divide(dataset, settings.heldOut);
  const limited = limitLine(data, whole);
  if (limited) console.log(limited);
  // Refuses an augmentation that is made for other images, before there is a run folder.
  augmentationFor(settings.augmentation, settings.seed, dataset);
  const networks = settings.models.map((name) => networkOf(settings, name, dataset));
  requireStart(networks, sources, dataset);
  const engine = await openTrainingEngine(settings, networks);

  const stored = {
    ...settings,
    device: engine.name,
    data: absolute(settings.data),
    photos: absolute(settings.photos),
    weights: absolute(settings.weights),
    pretrained: absolute(settings.pretrained),
    teacher: absolute(settings.teacher),
  };
  const fresh = await newSummary(stored, engine, { ...dataset, ...data }, sources, whole);
  const opened = await openRunFolder(stored, fresh);
  requireSameSettings(opened, fresh, settings.changed);
  await changeRun(opened, stored);
  warnOfChanges(opened.summary, fresh);
  return { settings, dataset, data, networks, engine, sources, ...opened };
}

/** Says which parts of the data set are limited; undefined when none is. */
export function limitLine(data: RunData, whole: RunData): string | undefined {
  const [used, all] = [imagesOf(data), imagesOf(whole)];
  const parts = (['train', 'test'] as const).filter((part) => used[part] < all[part]);
  if (parts.length === 0) return undefined;
  const words = { train: 'training', test: 'test' };
  const described = parts.map((part) => `${count(used[part])} of ${count(all[part])} ${words[part]} images`);
  const note = parts.includes('test') ? ' The accuracy is that of these test images.' : '';
  return `--limit: only the first ${list(described)}.${note}`;
}

const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(path));

/**
 * Trains the models that the run folder has no result of yet, prints the lab's lines, and writes each model's release and summary. A model
 * that diverges is a result, and does not stop the others.
 * @param signal on abort, training ends after the current step with a checkpoint
 */
export async function trainModels(run: Run, signal: AbortSignal): Promise<void> {
  const { settings, folder, dataset, engine, sources, summary, requireHeld } = run;
  const { newest, save } = folderCheckpoints(checkpointFolder(folder), console.log);
  const checkpoints: Checkpoints = {
    newest,
    async save(...checkpoint) {
      requireHeld();
      await save(...checkpoint);
    },
  };
  const networks = run.networks.filter(({ name }) => !summary.models[name] && !summary.diverged?.[name]);
  if (networks.length === 0) return;
  const context = { engine, signal, log: console.log };
  const { batchSize, optimizer, augmentation, seed } = settings;
  // Their times are compared.
  if (networks.length > 1) await warmUp(engine, networks[0], { optimizer, batchSize });
  const augment = augmentationFor(augmentation, seed, dataset);
  const data = await withTeacher(run.data, sources.teacher, { ...context, batchSize, augment });
  for (const network of networks) {
    const trained = trainModel(settings, network, {
      ...{ ...context, data, dataset, sources, checkpoints },
      provenance: { dataset: summary.dataset, gitCommit: summary.gitCommit },
      openMetricsLog: ({ name }, from, settings) => openMetricsLog(folder, name, from, settings),
    });
    const model = await trained.catch((error: unknown) => {
      if (!(error instanceof Divergence)) throw error;
      return error;
    });
    requireHeld();
    if (model instanceof Divergence) {
      const { epoch, step, message } = model;
      summary.diverged = { ...summary.diverged, [network.name]: { epoch, step, why: message } };
      await writeSummary(folder, summary);
      console.error(`error: ${network.name}: ${message}`);
      continue;
    }
    await writeRelease(folder, model.release);
    summary.models[network.name] = summarizeModel(model);
    await writeSummary(folder, summary);
    const constant = constantAnswer(model.trained.confusion);
    if (constant !== undefined)
      console.log(
        `Warning: ${network.name} is not clearly better than always the same answer, which is right for ${percent(constant)} of the test images.`,
      );
    if (!data.test.names) continue;
    for (const line of await resultLines(model.release, data.test, model.trained.confusion))
      console.log(line);
  }
}

/**
 * @throws ExplainedError of kind `usage` when settings.json was edited or the images changed since the run began. Its results would
 * contradict their summary.
 */
function requireSameSettings({ folder, summary }: RunFolder, now: Summary, changed: readonly string[]): void {
  const { formatVersion, device, gitCommit, startedAt, models, data, wholeImages, ...settings } = now;
  for (const [name, value] of Object.entries(settings)) {
    if (changed.includes(name)) continue;
    const begun = summary[name as keyof typeof settings];
    if (isDeepStrictEqual(begun, value)) continue;
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot resume ${folder}: ${name} has changed since the run began`,
      expected: JSON.stringify(begun),
      got: JSON.stringify(value),
      next: `Restore ${DATA_MEMBERS.includes(name) ? 'the images' : SETTINGS_FILE}, or start a new run: --config ${join(folder, SETTINGS_FILE)} --out <folder>.`,
    });
  }
}

/** Members of the summary that the data set decides. */
const DATA_MEMBERS = ['classes', 'images', 'dataset'];

/** Prints what has changed since a resumed run began and may change the bits of its result. */
function warnOfChanges(begun: Summary, now: Summary): void {
  const facts: [string, unknown, unknown][] = [
    ['engine', begun.device.description, now.device.description],
    ['commit', begun.gitCommit, now.gitCommit],
  ];
  for (const [what, before, after] of facts) {
    if (before === after) continue;
    console.log(
      `Warning: this run began with another ${what}: ${before}, now ${after}. The result may differ.`,
    );
  }
}
