/**
 * @file The folder of a run:
 *
 * ```
 * settings.json                   the settings; as a configuration file, it starts the same run again
 * summary.json                    the results so far
 * <model>.{onnx,safetensors,json} each model's release
 * metrics.jsonl, tensorboard/     metrics, logged during training
 * checkpoints/                    the states that training resumes from
 * ```
 *
 * A folder contains one run, and one process at a time trains in it.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { diskError, makeFolder, removeTemporaries, writeFileAtomic } from '../files.ts';
import { lockFolder, requireUnlocked, type Use } from '../folder-lock.ts';
import { SETTINGS_FILE, type Settings, toOverrides } from './settings.ts';
import { readSummary, type Summary, summaryPath, writeSummary } from './summary.ts';

const RUNS = 'runs';
/** @param resume whether the run in the folder is to be resumed */
const training = (resume: boolean): Use => ({
  does: 'trains in',
  instead: resume ? 'resume another run' : 'choose another folder with --out',
});

export const checkpointFolder = (folder: string): string => join(folder, 'checkpoints');

/**
 * Checks before any work that the run can have its folder. Another process may still take the folder before `openRunFolder` does.
 * @throws ExplainedError of kind `conflict` when another process trains in the folder
 * @throws ExplainedError of kind `usage` when a new run's folder already contains a run
 */
export async function requireFreeFolder({ out, resume }: Settings): Promise<void> {
  if (out === undefined) return;
  await requireUnlocked(out, training(resume));
  if (!resume) requireNoRun(out);
}

export interface RunFolder {
  folder: string;
  /** The summary so far. */
  summary: Summary;
  /** @throws ExplainedError of kind `conflict` when the folder is no longer this process's */
  requireHeld: () => void;
}

/**
 * Creates the folder of a new run, or opens that of a resumed run. No other process can open it until this one ends.
 * @param settings with the name of the device that `auto` chose
 * @param fresh the summary of a new run
 * @throws ExplainedError as `requireFreeFolder`, and of kind `disk` when the folder cannot be written
 */
export async function openRunFolder(settings: Settings, fresh: Summary): Promise<RunFolder> {
  const folder = await makeRunFolder(settings);
  const requireHeld = await lockFolder(folder, training(settings.resume));
  if (!settings.resume) requireNoRun(folder);
  if (settings.resume && existsSync(summaryPath(folder))) {
    await removeTemporaries(folder);
    await removeTemporaries(checkpointFolder(folder));
    return { folder, summary: await readSummary(folder), requireHeld };
  }
  await writeSettings(folder, settings);
  await writeSummary(folder, fresh);
  return { folder, summary: fresh, requireHeld };
}

/**
 * Stores the settings that a resumed run changes. Its models are then unfinished: they continue from their last checkpoints. Their
 * releases stay until they are replaced.
 * @throws ExplainedError of kind `usage` when the run already has more epochs
 */
export async function changeRun({ folder, summary }: RunFolder, settings: Settings): Promise<void> {
  const { epochs, select, schedule, changed } = settings;
  if (changed.includes('epochs') && epochs < summary.epochs) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot resume ${folder} with --epochs ${epochs}`,
      expected: `at least the ${summary.epochs} epochs of the run`,
      next: 'Use a larger number, or start a new run.',
    });
  }
  if (epochs === summary.epochs && select === summary.select) return;
  if (epochs > summary.epochs && schedule !== 'constant') {
    console.log(
      `Warning: the schedule ${schedule} depends on the number of epochs. The learning rate continues as in a run of ${epochs} epochs, so the result differs from one.`,
    );
  }
  await writeSettings(folder, settings);
  Object.assign(summary, { epochs, select, models: {} });
  await writeSummary(folder, summary);
}

const writeSettings = (folder: string, settings: Settings): Promise<void> =>
  writeFileAtomic(join(folder, SETTINGS_FILE), `${JSON.stringify(toOverrides(settings), null, 2)}\n`);

/** Creates the folder in the settings, if it does not exist, or a new one in `runs/`. */
async function makeRunFolder({ out, name, seed }: Settings): Promise<string> {
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const chosen = `${RUNS}/${name}-seed${seed}-${stamp}`;
  try {
    await makeFolder(out ?? RUNS);
    return out ?? (await makeNewFolder(chosen));
  } catch (error) {
    throw diskError(join(out ?? chosen, SETTINGS_FILE), error);
  }
}

/** Creates a folder that did not exist. Appends a number if another run of the same second has taken the name. */
async function makeNewFolder(name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const folder = n === 1 ? name : `${name}-${n}`;
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function requireNoRun(folder: string): void {
  if (![join(folder, SETTINGS_FILE), summaryPath(folder)].some((path) => existsSync(path))) return;
  throw new ExplainedError({
    kind: 'usage',
    what: `${folder} already contains a run`,
    next: `Resume it with --resume ${folder}, choose another folder with --out, or remove this one.`,
  });
}
