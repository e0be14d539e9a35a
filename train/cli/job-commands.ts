/** @file The commands `retrain`, `sweep` and `leaderboard`. */
import { ExplainedError } from '#shared/errors.ts';
import { lazy } from '#shared/lazy.ts';
import { resolveNetwork } from '#shared/model/spec.ts';
import { loadDataset } from '../dataset/fashion-mnist/load.ts';
import type { Engine } from '../engine/engine.ts';
import type { JobContext } from '../jobs/ensure-trained.ts';
import { readGrid } from '../jobs/grid.ts';
import { formatLeaderboard, leaderboard } from '../jobs/leaderboard.ts';
import { retrain } from '../jobs/retrain.ts';
import { planRetrain } from '../jobs/retrain-plan.ts';
import { planSweep, type Share, sweep } from '../jobs/sweep.ts';
import type { Training } from '../jobs/trainings.ts';
import { modelSpec } from '../model/zoo.ts';
import { openTrainingEngine } from '../run/open-engine.ts';
import { downloadPrinter } from '../run/progress.ts';
import { RECIPES } from '../run/recipes.ts';
import { resolveSettings } from '../run/settings.ts';
import { openTarget, type StoreCommandFlags } from './commands.ts';
import { interruptible } from './interruption.ts';

interface RetrainFlags extends StoreCommandFlags {
  alias: string;
  tolerance: number;
  dryRun: boolean;
  /** The other flags are settings of `train`. */
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
  await runJob(settings.data, (context) => retrain(store, settings, { alias, tolerance }, context));
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
      next: 'In a Kubernetes Job, set SWEEP_SHARES to its completions.',
    });
  }
  const grid = await readGrid(path);
  if (plan) return console.log(planSweep(grid, shares));
  const store = openTarget(flags);
  await runJob(data, (context) => sweep(store, grid, { index, shares }, context));
}

export async function showLeaderboard({
  grid,
  json,
  ...flags
}: StoreCommandFlags & { grid: string; json: boolean }): Promise<void> {
  const board = await leaderboard(openTarget(flags), await readGrid(grid));
  console.log(json ? JSON.stringify(board, null, 2) : formatLeaderboard(board));
}

/** Runs a job until it ends or a signal interrupts it. After a signal, training ends with a checkpoint in the store. */
function runJob(data: string | undefined, work: (context: JobContext) => Promise<void>): Promise<void> {
  const dataset = lazy(() => loadDataset({ folder: data, onProgress: downloadPrinter() }));
  const engines = new Map<string, Promise<Engine>>();
  // Trainings share an engine, so that a graphics card can do their steps together. With device `auto`, the first training decides.
  const engine = ({ settings, model }: Training) => {
    const { device, threads, kernels, allowSoftwareAdapter } = settings;
    const key = JSON.stringify([device, threads, kernels, allowSoftwareAdapter]);
    const opened = engines.get(key) ?? openTrainingEngine(settings, [resolveNetwork(modelSpec(model))]);
    engines.set(key, opened);
    return opened;
  };
  return interruptible(
    (signal) => work({ dataset, engine, signal, log: console.log }),
    (signal) =>
      `Interrupted by ${signal}, with a checkpoint in the store. Run the same command again to resume.`,
  );
}
