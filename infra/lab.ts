/**
 * @file `npm run lab -- runs/…`: a finished run of the lab's three models → release/lab, what the explorer shows of it: each
 * model's ONNX file and manifest, and records.json, how they learned.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExplainedError } from '#shared/errors.ts';
import type { LabRecords } from '#shared/lab-records.ts';
import { readResults } from '../train/report/results.ts';

const LAB = fileURLToPath(new URL('../release/lab', import.meta.url));

async function main(folder: string): Promise<void> {
  const { summary, models, metrics } = await readResults(folder);
  const dirty = models.length !== 3 || /dirty/.test(summary.gitCommit ?? 'dirty');
  if (dirty) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot release ${folder}`,
      expected: 'three models trained to their ends from a clean commit',
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
      epochs: epochs.map(({ trainLoss, testLoss, testAccuracy }) => ({ trainLoss, testLoss, testAccuracy })),
      steps: steps.map(({ step, loss }) => [step, Number(loss.toFixed(4))]),
    };
    for (const file of ['onnx', 'json'])
      await copyFile(join(folder, `${name}.${file}`), join(LAB, `${name}.${file}`));
  }
  await writeFile(join(LAB, 'records.json'), `${JSON.stringify(records)}\n`);
}

try {
  await main(process.argv[2] ?? '');
} catch (error) {
  console.error(error instanceof ExplainedError ? error.message : error);
  process.exitCode = 1;
}
