/** @file A session of the webgpu engine: it queues steps, inferences and reads in its group. */
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import type { Batch } from '../../dataset/batch.ts';
import { optimizerCoefficients } from '../coefficients.ts';
import type { EngineSession, StepOptions } from '../engine.ts';
import { bufferNames, type Optimizer, type OptimizerState } from '../optimizer.ts';
import type { Group } from './group.ts';
import type { Inference, Replica, Step } from './rounds.ts';

/** Images of one round of inference. */
const INFERENCE_BATCH = 32;

export class WebgpuSession implements EngineSession {
  readonly #group: Group;
  readonly #network: Network;
  readonly #optimizer: Optimizer;
  readonly #replica: Replica;
  #steps: number;
  /** Steps whose losses were not returned yet. */
  #unread: Step[] = [];

  constructor(
    group: Group,
    network: Network,
    weights: Weights,
    optimizer: Optimizer,
    { buffers, steps }: OptimizerState,
  ) {
    this.#group = group;
    this.#network = network;
    this.#optimizer = optimizer;
    const tensors = [weights, ...bufferNames(optimizer).map((name) => buffers.get(name) as Weights)];
    this.#replica = group.join(Float32Array.from(tensors.flatMap((values) => valuesOf(network, values))));
    this.#steps = steps;
  }

  step(
    batch: Batch,
    { learningRate = this.#optimizer.learningRate, labelSmoothing = 0 }: StepOptions = {},
  ): void {
    const coefficients = optimizerCoefficients({ ...this.#optimizer, learningRate }, this.#steps + 1);
    const numbers = { ...coefficients, labelSmoothing };
    const step: Step = { kind: 'step', ...this.#group.examples.add(batch), numbers, loss: Number.NaN };
    this.#group.enqueue(this.#replica, step);
    this.#steps++;
    this.#unread.push(step);
  }

  async losses(): Promise<number[]> {
    const steps = this.#unread;
    this.#unread = [];
    if (steps.length > 0) await this.#read();
    return steps.map(({ loss }) => loss);
  }

  async logits(images: Uint8Array, count: number): Promise<Float32Array> {
    const [pixels, classes] = [sizeOf(this.#network.input), sizeOf(this.#network.output)];
    const parts: Inference[] = [];
    for (let first = 0; first < count; first += INFERENCE_BATCH) {
      const labels = new Uint16Array(Math.min(INFERENCE_BATCH, count - first));
      const examples = this.#group.examples.add({ images: images.subarray(first * pixels), labels });
      parts.push({ kind: 'inference', ...examples, logits: new Float32Array() });
    }
    for (const part of parts) this.#group.enqueue(this.#replica, part);
    await this.#read();
    const all = new Float32Array(count * classes);
    for (const [i, { logits }] of parts.entries()) all.set(logits, i * INFERENCE_BATCH * classes);
    return all;
  }

  async weights(): Promise<Weights> {
    return tensorsOf(this.#network, await this.#read(0, this.#network.parameterCount));
  }

  async load(weights: Weights): Promise<void> {
    await this.#read();
    this.#group.overwrite(this.#replica, Float32Array.from(valuesOf(this.#network, weights)));
  }

  async optimizerState(): Promise<OptimizerState> {
    const steps = this.#steps;
    const { parameterCount } = this.#network;
    const names = bufferNames(this.#optimizer);
    const values = await this.#read(parameterCount, names.length * parameterCount);
    const buffers = names.map((name, i) => {
      const buffer = values.subarray(i * parameterCount, (i + 1) * parameterCount);
      return [name, tensorsOf(this.#network, buffer)] as const;
    });
    return { steps, buffers: new Map(buffers) };
  }

  close(): void {
    this.#group.leave(this.#replica);
  }

  /** Waits for everything that is queued, and returns values of the replica. */
  #read(first = 0, floats = 0): Promise<Float32Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      const values = new Float32Array(floats);
      this.#group.enqueue(this.#replica, {
        kind: 'read',
        first,
        values,
        resolve: () => resolve(values),
        reject,
      });
    });
  }
}

/** Returns all values in the order of the network's parameters. */
const valuesOf = ({ parameters }: Network, weights: Weights): number[] =>
  parameters.flatMap(({ name }) => [...(weights.get(name) as Float32Array)]);

/** Splits values into the network's parameters. */
function tensorsOf({ parameters }: Network, values: Float32Array<ArrayBuffer>): Weights {
  let at = 0;
  return new Map(
    parameters.map(({ name, shape }) => {
      at += sizeOf(shape);
      return [name, values.slice(at - sizeOf(shape), at)];
    }),
  );
}
