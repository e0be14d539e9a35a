/** @file What the commands other than `train` do. Each prints its result. */
import { readFile } from 'node:fs/promises';
import { abstentionOf } from '#shared/abstention.ts';
import { ExplainedError } from '#shared/errors.ts';
import { LABELS } from '#shared/labels.ts';
import { decodeModel, metadataOf } from '#shared/onnx/model.ts';
import { temperatureOf } from '#shared/predictions.ts';
import { loadDataset } from '../dataset/fashion-mnist/load.ts';
import { Loader } from '../dataset/loader.ts';
import { percent } from '../format.ts';
import { openClassifier } from '../photos/classifier.ts';
import { Generator } from '../random.ts';
import type { Move } from '../registry/alias.ts';
import { promote, push, rollback, status } from '../registry/registry.ts';
import { onnxPredictor } from '../release/onnxruntime.ts';
import { readManifest, readRelease } from '../release/release.ts';
import { downloadPrinter } from '../run/progress.ts';
import { RECIPES } from '../run/recipes.ts';
import { confusionTable } from '../run/tables.ts';
import { openLocalStore, openStore, type StoreFlags } from '../store/open.ts';
import type { ObjectStore } from '../store/store.ts';
import { evaluate } from '../training/evaluate.ts';
import { BINS, expectedCalibrationError, reliability } from '../training/reliability.ts';

interface ModelFlags {
  model: string;
  json: boolean;
}

/** The lab's `eval_model`, with the calibration error and a confusion matrix. */
export async function evaluateModel({ model, data, json }: ModelFlags & { data?: string }): Promise<void> {
  const bytes = await readInput(model);
  const name = metadataOf(decodeModel(bytes)).model_name ?? model;
  const manifest = await readManifest(model, bytes);
  const { test } = await loadDataset({ folder: data, ...(!json && { onProgress: downloadPrinter() }) });
  const { batchSize, seed } = RECIPES.lab;
  const loader = new Loader(test, { batchSize, shuffle: false, generator: Generator.seeded(seed) });
  const { loss, labAccuracy, accuracy, confusion, logits } = await evaluate(
    await onnxPredictor(bytes),
    loader,
    LABELS.length,
  );
  const temperature = manifest ? temperatureOf(manifest) : 1;
  const error = (by: number) => expectedCalibrationError(reliability({ logits, labels: test.labels }, by));
  const ece = { before: error(1), after: error(temperature), bins: BINS, images: test.count };
  if (json) {
    const result = {
      model_name: name,
      model_loss: loss,
      model_acc: labAccuracy,
      accuracy,
      temperature,
      ece,
      labels: LABELS,
      confusion,
    };
    console.log(JSON.stringify(result));
    return;
  }
  console.log(`model_name  ${name}`);
  console.log(`model_loss  ${loss.toFixed(5)}`);
  console.log(`model_acc   ${percent(labAccuracy / 100)} (mean of the batches, as the lab takes it)`);
  console.log(`accuracy    ${percent(accuracy)} of ${test.count} images`);
  console.log(
    `ECE         ${percent(ece.after)} (at temperature ${temperature.toFixed(4)}; ${percent(ece.before)} at 1)\n`,
  );
  console.log(confusionTable(LABELS, confusion));
}

/** Classifies image files as the Worker would: its decoders, its photo pipeline, the manifest's calibration. */
export async function classify(
  images: string[],
  { model, topK, json }: ModelFlags & { topK: number },
): Promise<void> {
  const classifier = await openClassifier(await readRelease(model));
  for (const path of images) {
    const classified = await classifier(await readInput(path));
    const { steps, warnings } = classified.prepared;
    const predictions = classified.predictions.slice(0, topK);
    const abstained = abstentionOf(classified.prepared, classified.predictions) ?? null;
    if (json) {
      console.log(JSON.stringify({ image: path, predictions, abstained, steps, warnings }));
      continue;
    }
    const line = predictions.map(({ label, score }) => `${label} ${percent(score, 1)}`).join(', ');
    console.log(`${path}: ${abstained ? `no answer (${abstained}); perhaps ` : ''}${line}`);
    for (const warning of warnings) console.error(`${path}: ${warning}`);
  }
}

export type StoreCommandFlags = StoreFlags & { local?: boolean | string };
type AliasFlags = StoreCommandFlags & { name: string; alias: string; reason?: string };

export async function pushRelease({
  model,
  alias,
  reason,
  ...flags
}: AliasFlags & { model: string }): Promise<void> {
  const release = await readRelease(model);
  printMove(alias, await push(openTarget(flags), release, { alias, reason, log: console.log }));
}

export async function promoteVersion(
  version: string,
  { name, alias, reason, ...flags }: AliasFlags,
): Promise<void> {
  printMove(alias, await promote(openTarget(flags), name, version, { alias, reason, log: console.log }));
}

export async function rollbackAlias({ name, alias, reason, ...flags }: AliasFlags): Promise<void> {
  printMove(alias, await rollback(openTarget(flags), name, { alias, reason, log: console.log }));
}

/** Aliases and versions of a model, as JSON. */
export async function showStatus({ name, ...flags }: StoreCommandFlags & { name: string }): Promise<void> {
  console.log(JSON.stringify(await status(openTarget(flags), name), null, 2));
}

function printMove(alias: string, { version, from, moved }: Move): void {
  console.log(moved ? `${alias}: ${from ?? 'none'} → ${version}` : `${alias}: ${version} already`);
}

export function openTarget({ local, ...flags }: StoreCommandFlags): ObjectStore {
  const store = local ? openLocalStore(local === true ? undefined : local) : openStore(flags);
  console.error(`Store: ${store.description}`);
  return store;
}

async function readInput(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new ExplainedError({ kind: 'usage', what: `cannot read ${path}`, expected: 'a file', got, cause });
  }
}
