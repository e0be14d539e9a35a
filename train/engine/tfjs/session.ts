/**
 * @file A session of the tfjs engine.
 *
 * TensorFlow.js stores images as NHWC and filters as [height, width, in, out]; PyTorch stores NCHW and [out, in, height, width]. Filters
 * are transposed when a session opens and when weights are read. Activations are transposed only before a flatten, so that linear layers
 * get their features in PyTorch's order.
 */
import * as tf from '@tensorflow/tfjs';
import { type Network, type NetworkLayer, paddingOf, type Weights } from '#shared/model/spec.ts';
import type { Batch } from '../../dataset/batch.ts';
import type { EngineSession, StepOptions } from '../engine.ts';
import type { Optimizer, OptimizerState } from '../optimizer.ts';
import { imagesTensor, targetsTensor } from './examples.ts';

type Variables = ReadonlyMap<string, tf.Variable>;

export class TfjsSession implements EngineSession {
  readonly #network: Network;
  readonly #optimizer: Optimizer;
  readonly #variables: Variables;
  /** The optimizer's buffers by name. */
  readonly #buffers: ReadonlyMap<string, Variables>;
  #steps: number;
  #losses: tf.Scalar[] = [];

  constructor(network: Network, weights: Weights, optimizer: Optimizer, state: OptimizerState) {
    this.#network = network;
    this.#optimizer = optimizer;
    this.#variables = toVariables(network, weights);
    this.#buffers = new Map([...state.buffers].map(([name, values]) => [name, toVariables(network, values)]));
    this.#steps = state.steps;
  }

  step(
    batch: Batch,
    { learningRate = this.#optimizer.learningRate, labelSmoothing = 0 }: StepOptions = {},
  ): void {
    const network = this.#network;
    const optimizer = { ...this.#optimizer, learningRate };
    const loss = tf.tidy(() => {
      const x = imagesTensor(network, batch.images, batch.labels.length);
      const target = targetsTensor(network, batch);
      const meanLoss = () => {
        const logits = forward(network, this.#variables, x);
        return tf.losses.softmaxCrossEntropy(target, logits, undefined, labelSmoothing) as tf.Scalar;
      };
      const { value, grads } = tf.variableGrads(meanLoss, [...this.#variables.values()]);
      this.#steps++;
      for (const [name, variable] of this.#variables) {
        const buffers = [...this.#buffers.values()].map((buffer) => buffer.get(name) as tf.Variable);
        update(optimizer, variable, grads[variable.name], buffers, this.#steps);
      }
      return value;
    });
    this.#losses.push(loss);
  }

  async losses(): Promise<number[]> {
    if (this.#losses.length === 0) return [];
    const stacked = tf.stack(this.#losses);
    tf.dispose(this.#losses);
    this.#losses = [];
    const values = await stacked.data();
    stacked.dispose();
    return [...values];
  }

  async logits(images: Uint8Array, count: number): Promise<Float32Array> {
    const logits = tf.tidy(() =>
      forward(this.#network, this.#variables, imagesTensor(this.#network, images, count)),
    );
    const values = await logits.data();
    logits.dispose();
    return Float32Array.from(values);
  }

  weights(): Promise<Weights> {
    return toWeights(this.#variables);
  }

  async load(weights: Weights): Promise<void> {
    const loaded = toVariables(this.#network, weights);
    for (const [name, variable] of loaded) this.#variables.get(name)?.assign(variable);
    tf.dispose([...loaded.values()]);
  }

  async optimizerState(): Promise<OptimizerState> {
    const steps = this.#steps;
    const entries = [...this.#buffers].map(
      async ([name, values]) => [name, await toWeights(values)] as const,
    );
    return { steps, buffers: new Map(await Promise.all(entries)) };
  }

  close(): void {
    for (const values of [this.#variables, ...this.#buffers.values()]) tf.dispose([...values.values()]);
    tf.dispose(this.#losses);
  }
}

/** Converts weights to variables, with filters as [height, width, in, out]. */
function toVariables({ parameters }: Network, weights: Weights): Variables {
  return new Map(
    parameters.map(({ name, shape }) => {
      // A tidy does not dispose variables.
      const variable = tf.tidy(() => {
        const value = tf.tensor(weights.get(name) as Float32Array, [...shape]);
        return tf.variable(shape.length === 4 ? value.transpose([2, 3, 1, 0]) : value);
      });
      return [name, variable];
    }),
  );
}

/** Converts variables to weights, with filters as [out, in, height, width]. */
async function toWeights(variables: Variables): Promise<Weights> {
  const entries = [...variables].map(async ([name, variable]) => {
    const value = tf.tidy(() => (variable.rank === 4 ? variable.transpose([3, 2, 0, 1]) : variable.clone()));
    const values = Float32Array.from(await value.data());
    value.dispose();
    return [name, values] as const;
  });
  return new Map(await Promise.all(entries));
}

/**
 * Updates one variable in place.
 * @param buffers the optimizer's buffers of the variable, in the order of `bufferNames`
 * @param step number of the step, from 1
 */
function update(
  optimizer: Optimizer,
  variable: tf.Variable,
  gradient: tf.Tensor,
  buffers: tf.Variable[],
  step: number,
): void {
  const { kind, learningRate, weightDecay, averaging } = optimizer;
  const isCoupled = kind !== 'adamw' && weightDecay > 0;
  const g = isCoupled ? gradient.add(variable.mul(weightDecay)) : gradient;
  if (kind === 'adamw') variable.assign(variable.mul(1 - learningRate * weightDecay));
  if (optimizer.kind === 'sgd') {
    const velocity = optimizer.momentum > 0 ? buffers[0] : undefined;
    velocity?.assign(velocity.mul(optimizer.momentum).add(g));
    variable.assign(variable.sub((velocity ?? g).mul(learningRate)));
  } else {
    const { beta1, beta2, epsilon } = optimizer;
    const [mean, square] = buffers;
    mean.assign(mean.mul(beta1).add(g.mul(1 - beta1)));
    square.assign(square.mul(beta2).add(g.square().mul(1 - beta2)));
    const root = square
      .sqrt()
      .div(Math.sqrt(1 - beta2 ** step))
      .add(epsilon);
    variable.assign(variable.sub(mean.mul(learningRate / (1 - beta1 ** step)).div(root)));
  }
  if (averaging > 0) {
    const average = buffers[buffers.length - 1];
    average.assign(average.mul(averaging).add(variable.mul(1 - averaging)));
  }
}

/** Returns the logits, [batch, classes]. */
function forward(network: Network, variables: Variables, x: tf.Tensor): tf.Tensor {
  return network.layers.reduce((activation, layer) => layerForward(layer, variables, activation), x);
}

function layerForward(layer: NetworkLayer, variables: Variables, x: tf.Tensor): tf.Tensor {
  const [weight, bias] = layer.parameters.map(({ name }) => variables.get(name) as tf.Variable);
  switch (layer.kind) {
    case 'flatten':
      return x.rank === 4 ? x.transpose([0, 3, 1, 2]).flatten().reshape([x.shape[0], -1]) : x;
    case 'relu':
      return x.relu();
    case 'linear':
      return tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D, false, true).add(bias);
    case 'conv2d': {
      const [before, after] = paddingOf(layer);
      const padded = x.pad([
        [0, 0],
        [before, after],
        [before, after],
        [0, 0],
      ]);
      return tf.conv2d(padded as tf.Tensor4D, weight as tf.Tensor4D, layer.stride, 'valid').add(bias);
    }
    case 'maxPool2d':
      return tf.maxPool(x as tf.Tensor4D, layer.kernelSize, layer.stride, 'valid');
    default:
      throw layer satisfies never;
  }
}
