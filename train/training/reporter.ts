/**
 * @file The interface of reporters, which log a training in the format of an experiment tracker, such as MLflow, Weights & Biases or
 * TensorBoard (train/run/tensorboard). examples/mlflow.ts is one.
 */

/** Settings of a training by their names. */
export type ReportedSettings = Readonly<Record<string, string | number | boolean>>;

/** How a training ended; `failed` also where it was interrupted. */
export type Outcome = 'finished' | 'diverged' | 'failed';

/** Receives what a tracker records of a training. */
export interface Reporter {
  /** Receives the settings before the first step, and again when the training resumes. */
  settings?(values: ReportedSettings): void;
  /** Receives values of metrics, such as `loss/train` and `accuracy/validation` (0..1), after a number of steps. */
  scalars(step: number, values: Readonly<Record<string, number>>): void;
  /** Is called once at the end. The training waits for its promise. */
  end?(outcome: Outcome): void | Promise<void>;
}
