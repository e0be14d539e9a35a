/** @file Trains one model as its settings say, calibrates it, and makes its release. Resumes from a checkpoint if there is one. */
import { ExplainedError } from '#shared/errors.ts';
import type { Network } from '#shared/model/spec.ts';
import { augmentationFor } from '../dataset/augmentations.ts';
import type { Dataset, RunData } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import { count, percent } from '../format.ts';
import { initialWeights } from '../model/initialize.ts';
import { Generator } from '../random.ts';
import { makeRelease } from '../release/make-release.ts';
import type { TrainedRelease } from '../release/release.ts';
import { idsOf, type Sources } from '../release/source.ts';
import { type Calibrated, calibrate, type Train, type TrainingData } from '../training/calibrate.ts';
import type { Checkpoints } from '../training/checkpoint/checkpoints.ts';
import { Divergence } from '../training/checks.ts';
import type { TrainedModel } from '../training/job.ts';
import type { ReportedSettings } from '../training/reporter.ts';
import type { TrainingState } from '../training/state.ts';
import { train } from '../training/trainer.ts';
import { recordedSettings } from './decisive-settings.ts';
import type { MetricsLog } from './metrics-log.ts';
import { initializationOf } from './networks.ts';
import { calibrationLine, trainingPrinter } from './progress.ts';
import { type Settings, toReported } from './settings.ts';
import { startLine, startOf } from './start.ts';

export interface ModelContext {
  /** With the teacher's targets, if there is one. */
  data: RunData;
  dataset: Pick<Dataset, 'classes' | 'none' | 'license' | 'shape' | 'preprocessing' | 'modelPrefix' | 'test'>;
  sources: Sources;
  engine: Engine;
  checkpoints: Checkpoints;
  /** Opens the log of a network's metrics. `from` is the state that training resumes from. */
  openMetricsLog?: (
    network: Network,
    from: TrainingState | undefined,
    settings: ReportedSettings,
  ) => Promise<MetricsLog>;
  /** For the manifest: the MD5s of the data set's files, and the trainer's commit. */
  provenance: { dataset: Record<string, string>; gitCommit: string | null };
  /** On abort, training ends after the current step with a checkpoint. */
  signal: AbortSignal;
  /** Receives each line of output. With `console.log` on a terminal, training also draws a progress bar. */
  log: (line: string) => void;
}

export interface ReleasedModel {
  trained: TrainedModel;
  /** Undefined for a model that is not calibrated. */
  calibrated: Calibrated | undefined;
  release: TrainedRelease;
}

/** Trains a model, prints the lab's lines, and makes its release. */
export async function trainModel(
  settings: Settings,
  network: Network,
  context: ModelContext,
): Promise<ReleasedModel> {
  const { data, dataset, engine, sources, provenance, signal, log } = context;
  const { batchSize, name: recipe, seed } = settings;
  requireValidation(settings, data);
  log(`\n${network.name}: ${count(network.parameterCount)} parameters\n`);
  const start = startLine(sources);
  if (start) log(start);
  const trainOn: Train = (network, data) => trainNetwork(settings, network, data, context);
  const trained = await trainOn(network, data);
  log(`Total training time: ${trained.seconds.toFixed(2)} seconds`);
  if (settings.select === 'best') log(choiceLine(trained, settings));
  const calibrated = settings.calibration
    ? await calibrate(trained, data, { engine, batchSize, trainOn, signal, log }).catch(twinDiverged(log))
    : undefined;
  if (calibrated) log(calibrationLine(calibrated.calibration));
  const release = await makeRelease(trained, {
    engine,
    name: releaseName(dataset.modelPrefix, network.name, settings.models.length),
    dataset,
    training: {
      recipe,
      seed,
      epochs: trained.epochs.length,
      images: data.train.count,
      ...recordedSettings(settings),
      ...(data.test.count < dataset.test.count && { testImages: data.test.count }),
      ...idsOf(sources),
      ...provenance,
    },
    calibration: calibrated?.calibration,
    images: data.test.images,
  });
  return { trained, calibrated, release };
}

/** Returns the name of a network's release. The only network of a run needs no name beside that of the data set. */
export const releaseName = (prefix: string, network: string, networks: number): string =>
  prefix === '' ? network : networks === 1 ? prefix : `${prefix}-${network}`;

/** @throws ExplainedError of kind `usage` when the best epoch is to be chosen, and there are no images to choose it on */
export function requireValidation(
  { select, patience }: Pick<Settings, 'select' | 'patience'>,
  { heldOut }: Pick<RunData, 'heldOut'>,
): void {
  if (select === 'best' && heldOut.count === 0) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot choose the best epoch',
      expected: 'validation images',
      got: 'none',
      next: 'Use --held-out 5000, or --select last.',
    });
  }
  if (select === 'last' && patience !== undefined) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot use --patience with --select last',
      next: `Add ${heldOut.count === 0 ? '--held-out 5000 --select best' : '--select best'}, or leave out --patience.`,
    });
  }
}

/** Handles a twin that diverged: its model has not, and is used without calibration. */
const twinDiverged =
  (log: (line: string) => void) =>
  (error: unknown): undefined => {
    if (!(error instanceof Divergence)) throw error;
    log(`Warning: the scores are not calibrated, because the second model diverged at step ${error.step}.`);
  };

/** Says which epoch was chosen, and whether training ended early. */
function choiceLine({ epochs, chosen }: TrainedModel, settings: Settings): string {
  const { validationAccuracy = 0 } = epochs[chosen];
  const line = `Chose epoch ${chosen}: validation accuracy ${percent(validationAccuracy)}`;
  if (epochs.length === settings.epochs) return line;
  return `${line}. Training ended after ${epochs.length} of ${settings.epochs} epochs, because the last ${settings.patience} were not better`;
}

/** Trains a network from its newest checkpoint, or from the start. */
async function trainNetwork(
  settings: Settings,
  network: Network,
  data: TrainingData,
  { engine, dataset, sources, checkpoints, openMetricsLog, signal, log }: ModelContext,
): Promise<TrainedModel> {
  const { optimizer, epochs, patience, batchSize, seed, schedule, augmentation, balance } = settings;
  const { checkpointEvery, labelSmoothing, select } = settings;
  const validation = data.heldOut?.count ? data.heldOut : undefined;
  const from = await checkpoints.newest(network, optimizer);
  if (from) log(`Resuming after step ${from.optimizer.steps}.`);
  const metricsLog = await openMetricsLog?.(network, from, toReported(settings));
  const printer = trainingPrinter(batchSize, log);
  const augment = augmentationFor(augmentation, seed, dataset);
  const drawn = initialWeights(network, Generator.seeded(seed), initializationOf(settings, network.name));
  const initial = startOf(network, drawn, sources);
  try {
    return await train(
      {
        ...{ network, engine, optimizer, epochs, patience, batchSize, seed, initial },
        ...{ schedule, labelSmoothing, balance, augment, select },
        data: { ...data, ...(validation && { validation }) },
      },
      {
        from,
        signal,
        reporter: metricsLog?.reporter,
        checkpointEvery,
        checkpoint: (state, kind) => checkpoints.save(network, state, kind),
        onEvent(event) {
          printer.onEvent(event);
          metricsLog?.onEvent(event);
        },
      },
    );
  } finally {
    printer.close();
    metricsLog?.close();
  }
}
