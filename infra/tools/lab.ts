/**
 * @file `npm run lab`: copies a finished run of the lab's three models to release/lab, from where the explorer shows it: each model's ONNX
 * file and manifest, the records of the training and of its data set in records.json, and the training images that seeds select.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { IMAGE_PIXELS, IMAGE_SIZE } from '#shared/input/garment/size.ts';
import type { LabData, LabRecords } from '#shared/lab-records.ts';
import { GRID, SEEDS, sampleIndices } from '#shared/lab-samples.ts';
import { resolveNetwork } from '#shared/model/spec.ts';
import { loadDataset } from '../../train/dataset/fashion-mnist/load.ts';
import type { Dataset, Split } from '../../train/dataset/split.ts';
import { printedModel } from '../../train/model/print-network.ts';
import { type ModelName, modelSpec } from '../../train/model/zoo.ts';
import { greyPng } from '../../train/report/png.ts';
import { type Results, readResults } from '../../train/report/results.ts';
import { ResultMetrics } from '../../train/training/epoch-metrics.ts';
import { ROOT } from '../child-process.ts';
import { runCommand } from '../command.ts';

const LAB = join(ROOT, 'release/lab');

async function main(folder: string, { out, data }: { out: string; data?: string }): Promise<void> {
  const results = await readResults(folder);
  const { summary, models } = results;
  if (models.length !== 3 || /dirty/.test(summary.gitCommit ?? 'dirty')) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot release ${folder}`,
      expected: 'three finished models, trained from a clean commit',
      got: `${models.length} from ${summary.gitCommit}`,
      next: 'Commit, then npm run train -- --recipe lab',
    });
  }
  const dataset = await loadDataset({ folder: data });
  const stepsPerEpoch = Math.ceil(summary.images.train / summary.batchSize);
  const records: LabRecords = {
    recipe: summary.recipe,
    seed: summary.seed,
    stepsPerEpoch,
    models: recordsOf(results),
    data: describe(dataset, summary.batchSize),
  };
  const samples = join(out, 'samples');
  await mkdir(samples, { recursive: true });
  for (const { name } of models)
    for (const extension of ['onnx', 'json'])
      await copyFile(join(folder, `${name}.${extension}`), join(out, `${name}.${extension}`));
  for (let seed = 0; seed < SEEDS; seed++)
    await writeFile(join(samples, `${seed}.png`), greyPng(samplesOf(dataset.train, seed), GRID * IMAGE_SIZE));
  await writeFile(join(out, 'records.json'), `${JSON.stringify(records)}\n`);
  console.log(
    `Copied ${models.map(({ name }) => name).join(', ')} of ${folder} to ${out}, with their records and the images of ${SEEDS} seeds.`,
  );
  if (out === LAB)
    console.log(
      'Next: npm run site, which puts them on the pages. Then start npm start again: until then, browsers keep the old files.',
    );
}

function recordsOf({ models, metrics }: Results): LabRecords['models'] {
  const entries = models.map(({ name, epochs, trainSeconds }) => {
    const steps = metrics.filter((record) => record.type === 'steps').filter(({ model }) => model === name);
    const record = {
      seconds: Number(trainSeconds.toFixed(2)),
      printed: printedModel(resolveNetwork(modelSpec(name as ModelName))),
      epochs: epochs.map((epoch) => {
        const { trainLoss, testLoss, testAccuracy } = v.parse(ResultMetrics, epoch);
        return { trainLoss, testLoss, testAccuracy };
      }),
      steps: steps.map(({ step, loss }): [number, number] => [step, Number(loss.toFixed(4))]),
    };
    return [name, record] as const;
  });
  return Object.fromEntries(entries);
}

function describe({ classes, train, test }: Dataset, batchSize: number): LabData {
  const countOf = ({ labels }: Split, label: number) => labels.filter((each) => each === label).length;
  return {
    batchSize,
    classes: classes.map((name, label) => ({
      name,
      train: countOf(train, label),
      test: countOf(test, label),
    })),
    samples: Array.from({ length: SEEDS }, (_, seed) =>
      sampleIndices(seed, train.count)
        .map((index) => train.labels[index])
        .join(''),
    ),
  };
}

/** Returns the images of a seed side by side, as one image. */
function samplesOf({ count, images }: Split, seed: number): Uint8Array {
  const edge = GRID * IMAGE_SIZE;
  const indices = sampleIndices(seed, count);
  return Uint8Array.from({ length: edge ** 2 }, (_, i) => {
    const [row, column] = [Math.floor(i / edge), i % edge];
    const index = indices[Math.floor(row / IMAGE_SIZE) * GRID + Math.floor(column / IMAGE_SIZE)];
    return images[index * IMAGE_PIXELS + (row % IMAGE_SIZE) * IMAGE_SIZE + (column % IMAGE_SIZE)];
  });
}

await runCommand(
  new Command('npm run lab --')
    .description('Copies a finished run of the lab’s three models to release/lab, for the explorer.')
    .argument('<run>', 'run folder')
    .option(
      '--data <folder>',
      'folder with the four files of Fashion-MNIST (default: FASHION_MNIST_DIR, or the downloaded files)',
    )
    .option('--out <folder>', 'folder to write to', LAB)
    .action(main),
);
