/**
 * @file The format of release/lab/records.json: the lab's models and their training, and the data set. infra/tools/lab.ts writes the
 * file; the explorer shows it.
 */

export interface LabRecords {
  recipe: string;
  seed: number;
  stepsPerEpoch: number;
  /** By the model's name. */
  models: Record<string, ModelRecords>;
  data: LabData;
}

/** The data set of the training. */
export interface LabData {
  batchSize: number;
  /** By label, with the numbers of their images. */
  classes: { name: string; train: number; test: number }[];
  /** The labels of the training images that each seed selects, a digit for each; release/lab/samples has the images. */
  samples: string[];
}

export interface ModelRecords {
  /** Duration of the training in seconds, on two cores. */
  seconds: number;
  /** The model as PyTorch prints it. */
  printed: string;
  epochs: {
    trainLoss: number;
    testLoss: number;
    /** Share of correctly classified test images, in 0..1. */
    testAccuracy: number;
  }[];
  /** Each pair is a step and the mean training loss since the previous pair. */
  steps: [step: number, loss: number][];
}
