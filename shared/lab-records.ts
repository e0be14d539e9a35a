/** @file How the lab's models learned, as the explorer draws it: release/lab/records.json, written by infra/tools/lab.ts. */

export interface LabRecords {
  recipe: string;
  seed: number;
  stepsPerEpoch: number;
  /** By model. */
  models: Record<string, ModelRecords>;
}

export interface ModelRecords {
  epochs: {
    trainLoss: number;
    testLoss: number /** Share of right test images, 0..1. */;
    testAccuracy: number;
  }[];
  /** Step, and the mean training loss since the pair before. */
  steps: [step: number, loss: number][];
}
