/**
 * @file `npm run lab`: copies a finished run of the lab's three models to release/lab, from where the explorer shows it: each model's ONNX
 * file and manifest, and the records of the training in records.json.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import type { LabRecords } from '#shared/lab-records.ts';
import { readResults } from '../../train/report/results.ts';
import { ResultMetrics } from '../../train/training/epoch-metrics.ts';
import { ROOT } from '../child-process.ts';
import { runCommand } from '../command.ts';

const LAB = join(ROOT, 'release/lab');

async function main(folder: string): Promise<void> {
  const { summary, models, metrics } = await readResults(folder);
  if (models.length !== 3 || /dirty/.test(summary.gitCommit ?? 'dirty')) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot release ${folder}`,
      expected: 'three finished models, trained from a clean commit',
      got: `${models.length} from ${summary.gitCommit}`,
      next: 'Commit, then npm run train -- --recipe lab',
    });
  }
  const stepsPerEpoch = Math.ceil(summary.images.train / summary.batchSize);
  const records: LabRecords = { recipe: summary.recipe, seed: summary.seed, stepsPerEpoch, models: {} };
  await mkdir(LAB, { recursive: true });
  for (const { name, epochs } of models) {
    const steps = metrics.filter((record) => record.type === 'steps').filter(({ model }) => model === name);
    records.models[name] = {
      epochs: epochs.map((epoch) => {
        const { trainLoss, testLoss, testAccuracy } = v.parse(ResultMetrics, epoch);
        return { trainLoss, testLoss, testAccuracy };
      }),
      steps: steps.map(({ step, loss }) => [step, Number(loss.toFixed(4))]),
    };
    for (const extension of ['onnx', 'json'])
      await copyFile(join(folder, `${name}.${extension}`), join(LAB, `${name}.${extension}`));
  }
  await writeFile(join(LAB, 'records.json'), `${JSON.stringify(records)}\n`);
}

await runCommand(
  new Command('npm run lab --')
    .description('Copies a finished run of the lab’s three models to release/lab, for the explorer.')
    .argument('<run>', 'run folder')
    .action(main),
);
