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
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { removeTemporaries, writeFileAtomic } from '../files.ts';
import { SETTINGS_FILE, type Settings, toOverrides } from './settings.ts';
import { readSummary, type Summary, summaryPath, writeSummary } from './summary.ts';

export const checkpointFolder = (out: string): string => join(out, 'checkpoints');

/** @throws ExplainedError of kind `usage` when a new run's folder already contains a run */
export function requireFreeFolder({ out, resume }: Settings): void {
  if (resume || !(existsSync(join(out, SETTINGS_FILE)) || existsSync(summaryPath(out)))) return;
  throw new ExplainedError({
    kind: 'usage',
    what: `${out} already contains a run`,
    next: `Resume it with --resume ${out}, choose another folder with --out, or remove this one.`,
  });
}

/**
 * Creates the folder of a new run, or opens that of a resumed run.
 * @param settings with the name of the device that `auto` chose
 * @param fresh the summary of a new run
 * @returns the summary so far; for a resumed run, the one in the folder
 * @throws ExplainedError of kind `disk` when the folder cannot be written
 */
export async function openRunFolder(settings: Settings, fresh: Summary): Promise<Summary> {
  const { out, resume } = settings;
  if (resume && existsSync(summaryPath(out))) {
    await removeTemporaries(out);
    await removeTemporaries(checkpointFolder(out));
    return readSummary(out);
  }
  await writeFileAtomic(join(out, SETTINGS_FILE), `${JSON.stringify(toOverrides(settings), null, 2)}\n`);
  await writeSummary(out, fresh);
  return fresh;
}
