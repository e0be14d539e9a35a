/**
 * @file Checkpoints in a run's folder: `<model>-step<steps>.safetensors`, of which the newest two are kept, and
 * `<model>-best.safetensors`. Each file is written atomically.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Network } from '#shared/model/spec.ts';
import type { Optimizer } from '../../engine/optimizer.ts';
import { writeFileAtomic } from '../../files.ts';
import type { TrainingState } from '../state.ts';
import type { Checkpoints } from './checkpoints.ts';
import { decodeCheckpoint, encodeCheckpoint } from './format.ts';

/** The newest checkpoint, and one to fall back to when the newest is damaged. */
const KEPT = 2;
const DIGITS = 9;

const stepFile = (model: string, steps: number) =>
  `${model}-step${String(steps).padStart(DIGITS, '0')}.safetensors`;
const bestFile = (model: string) => `${model}-best.safetensors`;

/**
 * Keeps checkpoints in a folder. When `save` fails, it throws an ExplainedError of kind `disk`, and the earlier checkpoints are still there.
 * @param log receives a line for each checkpoint that cannot be used
 */
export const folderCheckpoints = (folder: string, log: (line: string) => void): Checkpoints => ({
  newest: (network, optimizer) => newestCheckpoint(folder, network, optimizer, log),
  save: (network, state, kind) => saveCheckpoint(folder, network, state, kind),
});

/** Writes a checkpoint, and removes all but the newest two. */
async function saveCheckpoint(
  folder: string,
  network: Network,
  state: TrainingState,
  { best }: { best: boolean },
): Promise<void> {
  const file = encodeCheckpoint(network, state);
  // The best one first: a process that is killed in between repeats the end of the epoch, and writes it again.
  if (best) await writeFileAtomic(join(folder, bestFile(network.name)), file);
  const name = stepFile(network.name, state.optimizer.steps);
  await writeFileAtomic(join(folder, name), file);
  const names = await stepFiles(folder, network.name);
  // A file of a later step is damaged: training would have resumed from it otherwise.
  const kept = names.filter((other) => other <= name).slice(0, KEPT);
  for (const other of names) {
    if (!kept.includes(other)) await rm(join(folder, other), { force: true });
  }
}

async function newestCheckpoint(
  folder: string,
  network: Network,
  optimizer: Optimizer,
  log: (line: string) => void,
): Promise<TrainingState | undefined> {
  const names = await stepFiles(folder, network.name);
  for (const [i, name] of names.entries()) {
    const path = join(folder, name);
    try {
      return decodeCheckpoint(network, optimizer, await readFile(path));
    } catch (error) {
      const why = error instanceof Error ? error.message : error;
      const next =
        i + 1 < names.length ? 'using the one before it' : `training ${network.name} from the start`;
      log(`Skipping the checkpoint ${path}, ${next}: ${why}`);
    }
  }
  return undefined;
}

/** Lists the step files of a model, newest first. */
async function stepFiles(folder: string, model: string): Promise<string[]> {
  const names = await readdir(folder).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const pattern = new RegExp(`^${model}-step\\d{${DIGITS}}\\.safetensors$`);
  return names
    .filter((name) => pattern.test(name))
    .toSorted()
    .toReversed();
}
