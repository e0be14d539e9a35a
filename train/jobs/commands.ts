/** @file What the commands of scheduled and shared trainings do. */
import { ExplainedError } from '#shared/errors.ts';
import { lazy } from '#shared/lazy.ts';
import { resolveNetwork } from '#shared/model/spec.ts';
import { openTarget, type StoreCommandFlags } from '../cli/commands.ts';
import { interruptible } from '../cli/interruption.ts';
import { loadDataset } from '../dataset/fashion-mnist/load.ts';
import type { Engine } from '../engine/engine.ts';
import { modelSpec } from '../model/zoo.ts';
import { RECIPES } from '../run/recipes.ts';
import { downloadPrinter } from '../run/run.ts';
import { resolveSettings } from '../run/settings.ts';
import { openTrainingEngine } from '../training/train-model.ts';
import { readGrid } from './grid.ts';
import { leaderboard, printLeaderboard } from './leaderboard.ts';
import type { OnceContext, Training } from './once.ts';
import { retrain } from './retrain.ts';
import { planRetrain } from './retrain-plan.ts';
import { planSweep, type Share, sweep } from './sweep.ts';

interface RetrainFlags extends StoreCommandFlags {
  alias: string;
  tolerance: number;
  dryRun: boolean;
  /** Further ones are settings of train. */
  [setting: string]: unknown;
}

export async function retrainModels(flags: RetrainFlags): Promise<void> {
  const { bucket, endpoint, region, local, alias, tolerance, dryRun, ...own } = flags;
  const settings = await resolveSettings(own, RECIPES.edge.name);
  const store = openTarget({ bucket, endpoint, region, ...(local !== undefined && { local }) });
  if (dryRun) {
    for (const line of await planRetrain(store, settings, { alias, tolerance })) console.log(line);
    return;
  }
  await untilSignal(settings.data, (context) => retrain(store, settings, { alias, tolerance }, context));
}

type SweepFlags = StoreCommandFlags & Share & { grid: string; plan: boolean; data?: string };

export async function sweepShare({
  grid: path,
  index,
  shares,
  plan,
  data,
  ...flags
}: SweepFlags): Promise<void> {
  if (index >= shares) {
    throw new ExplainedError({
      kind: 'usage',
      what: `--index ${index}`,
      expected: `less than --shares, ${shares}`,
      next: 'In a Kubernetes Job, SWEEP_SHARES is its completions.',
    });
  }
  const grid = await readGrid(path);
  if (plan) return console.log(planSweep(grid, shares));
  const store = openTarget(flags);
  await untilSignal(data, (context) => sweep(store, grid, { index, shares }, context));
}

export async function showLeaderboard({
  grid,
  json,
  ...flags
}: StoreCommandFlags & { grid: string; json: boolean }): Promise<void> {
  const board = await leaderboard(openTarget(flags), await readGrid(grid));
  console.log(json ? JSON.stringify(board, null, 2) : printLeaderboard(board));
}

/** Work that a signal ends after the present step, with a checkpoint in the store. */
function untilSignal(data: string | undefined, work: (context: OnceContext) => Promise<void>): Promise<void> {
  const dataset = lazy(() => loadDataset({ folder: data, onProgress: downloadPrinter() }));
  const engines = new Map<string, Promise<Engine>>();
  // Trainings share an engine, so that a card can do their steps together; what `auto` means, the first of them decides.
  const engine = ({ settings, model }: Training) => {
    const { device, threads, kernels, allowSoftwareAdapter } = settings;
    const key = JSON.stringify([device, threads, kernels, allowSoftwareAdapter]);
    const opened = engines.get(key) ?? openTrainingEngine(settings, [resolveNetwork(modelSpec(model))]);
    engines.set(key, opened);
    return opened;
  };
  return interruptible(
    (signal) => work({ dataset, engine, signal, log: console.log }),
    (signal) => `Ended by ${signal}, with a checkpoint in the store. The same command goes on from there.`,
  );
}
