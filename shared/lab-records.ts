/**
 * @file The format of release/lab/records.json: the training curves of the lab's models. infra/tools/lab.ts writes the file; the
 * explorer draws the curves.
 */

export interface LabRecords {
  recipe: string;
  seed: number;
  stepsPerEpoch: number;
  /** By the model's name. */
  models: Record<string, ModelRecords>;
}

export interface ModelRecords {
  epochs: {
    trainLoss: number;
    testLoss: number;
    /** Share of correctly classified test images, in 0..1. */
    testAccuracy: number;
  }[];
  /** Each pair is a step and the mean training loss since the previous pair. */
  steps: [step: number, loss: number][];
}
