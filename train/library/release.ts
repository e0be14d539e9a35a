/** @file Makes a release of a network that a program has trained, as `train` on the command line does. */
import { ExplainedError } from '#shared/errors.ts';
import { FIT_VERSION } from '#shared/input/fit/fit.ts';
import type { Preprocessing } from '#shared/input/preprocessing.ts';
import { type Calibration, isName } from '#shared/manifest.ts';
import type { Dataset } from '../dataset/split.ts';
import { makeRelease } from '../release/make-release.ts';
import type { TrainedRelease } from '../release/release.ts';
import { gitCommit } from '../run/provenance.ts';
import type { Job, TrainedModel } from '../training/job.ts';
import { requireLabels } from './evaluate.ts';

/** What a release says beside the network and its weights. A `Dataset` has most of it. */
export interface ReleaseOptions extends Partial<Pick<Dataset, 'none' | 'license' | 'digests'>> {
  /** The job that the model was trained with. */
  job: Pick<Job, 'engine' | 'seed' | 'data'>;
  /** Names of the classes, by index. */
  classes: readonly string[];
  /** How an input is made from a picture when the model is served; scaled to the size of the input and cropped by default. */
  preprocessing?: Preprocessing | undefined;
  /** Name under which the model is served; the network's by default. */
  name?: string | undefined;
  /** Temperature of the scores; 1 by default. */
  calibration?: Calibration | undefined;
}

/** Scales a picture to the size of the input. */
const COVER: Preprocessing = { kind: 'fit', version: FIT_VERSION, mode: 'cover' };

/**
 * Makes the release of a trained model: ONNX, safetensors and manifest, for `writeRelease` and `push`. onnxruntime checks the ONNX file on
 * the first test images.
 * @throws ExplainedError of kind `model` when the labels do not fit the network, or onnxruntime computes other logits; of kind `usage` for a
 *   name that cannot be served
 */
export async function exportRelease(
  trained: TrainedModel,
  { job, classes, none, license, digests = {}, preprocessing = COVER, ...options }: ReleaseOptions,
): Promise<TrainedRelease> {
  const { name = trained.network.name, calibration } = options;
  requireLabels(trained.network, classes);
  if (!isName(name)) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot name the release',
      expected: 'lower-case letters, digits and hyphens',
      got: JSON.stringify(name),
    });
  }
  return makeRelease(trained, {
    engine: job.engine,
    name,
    dataset: { classes, none, license, preprocessing },
    training: {
      recipe: 'none',
      seed: job.seed,
      epochs: trained.epochs.length,
      images: job.data.train.count,
      dataset: digests,
      gitCommit: await gitCommit(),
    },
    calibration,
    images: job.data.test.images,
  });
}
