/** @file What the command `evaluate` does with a test set. */
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import type { Manifest } from '#shared/manifest.ts';
import { decodeModel, metadataOf } from '#shared/onnx/model.ts';
import { temperatureOf } from '#shared/predictions.ts';
import { loadTestImages } from '../../dataset/folder/for-model.ts';
import { Loader } from '../../dataset/loader.ts';
import { isFolder, openIdxFiles } from '../../dataset/open.ts';
import type { Split } from '../../dataset/split.ts';
import { list, percent } from '../../format.ts';
import { Generator } from '../../random.ts';
import { onnxPredictor } from '../../release/onnxruntime.ts';
import { onnxFileOf, readManifest } from '../../release/release.ts';
import { datasetPrinter } from '../../run/progress.ts';
import { RECIPES } from '../../run/recipes.ts';
import { confusionTable, scoresTable } from '../../run/tables.ts';
import { totalResult } from '../../training/class-results.ts';
import { classScores, macroScores } from '../../training/class-scores.ts';
import { evaluate } from '../../training/evaluate.ts';
import { BINS, expectedCalibrationError, reliability } from '../../training/reliability.ts';
import { readInput } from '../input.ts';

interface Flags {
  model: string;
  data?: string;
  splitSeed: number;
  json: boolean;
}

/** Prints the results of the lab's `eval_model`, the calibration error and the confusion matrix. */
export async function evaluateOnTestSet({ model, ...others }: Flags): Promise<void> {
  const flags = { ...others, model: await onnxFileOf(model, '--model') };
  const result = await testModel(flags);
  if (flags.json) {
    console.log(JSON.stringify(result));
    return;
  }
  const { model_name, model_loss, model_acc, accuracy, temperature, ece, labels, confusion } = result;
  console.log(`file        ${flags.model}`);
  console.log(`model_name  ${model_name}`);
  console.log(`model_loss  ${model_loss.toFixed(5)}`);
  console.log(`model_acc   ${model_acc.toFixed(2)} % (mean over batches, as in the lab)`);
  const [low, high] = totalResult(confusion).interval.map((share) => percent(share));
  console.log(`accuracy    ${percent(accuracy)} of ${ece.images} images; 95 % interval ${low} to ${high}`);
  console.log(
    `ECE         ${percent(ece.after)} (at temperature ${temperature.toFixed(4)}; ${percent(ece.before)} at 1)\n`,
  );
  console.log(`${scoresTable(labels, confusion)}\n`);
  console.log(confusionTable(labels, confusion));
}

/**
 * Opens the test images of Fashion-MNIST, or of a folder as the model takes them.
 * @param labels the model's, if it names them
 */
async function openTestImages(
  { model, data, splitSeed, json }: Flags,
  manifest: Manifest | undefined,
  labels: readonly string[] | undefined,
): Promise<{ test: Split; classes: readonly string[] }> {
  const { onDownload, onProgress, log } = json ? {} : datasetPrinter();
  if (data === undefined || !isFolder({ data })) {
    const { test, classes, name } = await openIdxFiles(data, {
      ...(onDownload && { onDownload }),
      ...(log && { log }),
    });
    // A model may have further labels, such as one for pictures of other things.
    if (!labels || classes.every((label, i) => labels[i] === label)) {
      return { test, classes: labels ?? classes };
    }
    throw new ExplainedError({
      kind: 'model',
      what: `cannot evaluate ${model} on ${name}`,
      expected: `a model that begins with the labels ${list(classes)}`,
      got: list(labels),
      next: 'Name a folder of images with --data.',
    });
  }
  if (manifest) {
    const options = { splitSeed, ...(onProgress && { onProgress }), ...(log && { log }) };
    return { test: await loadTestImages(data, manifest, options), classes: manifest.labels };
  }
  throw new ExplainedError({
    kind: 'model',
    what: `cannot evaluate ${model} on a folder of images`,
    expected: 'its manifest beside it, which says how images are prepared',
    got: 'no .json file',
    next: 'Name the .onnx file of a complete release.',
  });
}

const Names = v.pipe(v.string(), v.parseJson(), v.array(v.string()));

/** Returns the labels in an ONNX file's metadata; undefined where another program wrote none, or in another format. */
function labelsIn(names: string | undefined): string[] | undefined {
  const parsed = v.safeParse(Names, names);
  return parsed.success ? parsed.output : undefined;
}

/** Returns the scores of each class, with its label and number of images. A score whose denominator is 0 is null. */
const scoresByLabel = (labels: readonly string[], confusion: readonly (readonly number[])[]) =>
  classScores(confusion).map(({ precision = null, recall = null, f1 = null }, i) => {
    const images = confusion[i].reduce((a, b) => a + b, 0);
    return { label: labels[i], images, precision, recall, f1 };
  });

/** Evaluates an ONNX file on the test set. The result is the JSON output. */
async function testModel(flags: Flags) {
  const { model } = flags;
  const bytes = await readInput(model);
  const { model_name: name = model, names } = metadataOf(decodeModel(bytes));
  const manifest = await readManifest(model, bytes);
  const labels = manifest?.labels ?? labelsIn(names);
  const { test, classes } = await openTestImages(flags, manifest, labels);
  const { batchSize, seed } = RECIPES.lab;
  const loader = new Loader(test, { batchSize, shuffle: false, generator: Generator.seeded(seed) });
  const { loss, labAccuracy, accuracy, confusion, logits } = await evaluate(
    await onnxPredictor(bytes),
    loader,
    classes.length,
  );
  const temperature = manifest ? temperatureOf(manifest) : 1;
  const errorAt = (temperature: number) =>
    expectedCalibrationError(reliability({ logits, labels: test.labels }, temperature));
  return {
    model_name: name,
    model_loss: loss,
    model_acc: labAccuracy,
    accuracy,
    temperature,
    ece: { before: errorAt(1), after: errorAt(temperature), bins: BINS, images: test.count },
    labels: classes,
    confusion,
    classes: scoresByLabel(classes, confusion),
    mean: macroScores(confusion),
  };
}
