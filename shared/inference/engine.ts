/** @file The interface of an inference engine: what the Worker and the browser need to run a model. */
import type { Manifest } from '../manifest.ts';

/** A loaded model. */
export interface Classifier {
  /** Bytes of memory that it takes in this isolate. */
  readonly bytes: number;
  /** Estimated CPU time for one image, in milliseconds; undefined if the engine cannot tell. */
  readonly milliseconds?: number;
  /**
   * Computes the output for a batch: logits, or probabilities if the manifest says so.
   * @param images `[n, channels, height, width]`, row by row
   * @param n number of images
   * @returns `[n, classes]`, row by row
   */
  logits(images: Float32Array, n: number): Promise<Float32Array>;
}

/** The parts of a manifest that an engine needs. */
export type ModelFacts = Pick<Manifest, 'name' | 'version' | 'bytes' | 'input' | 'output' | 'engine'>;

/** The ONNX file of a model. An engine in another Worker reads it there, so that the file does not pass through this isolate. */
export interface WeightsFile {
  /** Key in the object store; undefined for a file that is not stored there. */
  readonly key?: string;
  /** Returns whether the model serves by default, so that no other one may evict it. It changes with every promotion. */
  isDefault?(): boolean;
  /** Reads the file. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

export interface InferenceEngine {
  /** Name in logs and metrics. */
  readonly name: string;
  /**
   * Loads an ONNX model with one input and one output.
   * @param memory most bytes that it may take in this isolate
   * @throws the errors of `file.read`, and any error when the engine does not compute the model
   */
  load(file: WeightsFile, facts: ModelFacts, memory?: number): Promise<Classifier>;
}
