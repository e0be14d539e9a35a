/**
 * @file Training by TensorFlow.js, on any of its backends.
 *
 * TensorFlow.js keeps images as NHWC and filters as [height, width, in, out]; PyTorch as NCHW and [out, in, height,
 * width]. Filters are permuted when a session opens and when weights are read; activations only before a flatten, so
 * that a linear layer sees its features in PyTorch's order.
 */
import * as tf from '@tensorflow/tfjs';
import { type Network, type NetworkLayer, paddingOf, type Weights } from '#shared/model/spec.ts';
import type { Batch } from '../../dataset/batch.ts';
import type { EngineSession } from '../engine.ts';
import type { Optimizer, OptimizerState } from '../optimizer.ts';
import { imagesTensor, ResidentSplits } from './batches.ts';

type Variables = ReadonlyMap<string, tf.Variable>;

/** A backend of TensorFlow.js that has been started. */
export interface Backend {
  name: 'wasm' | 'webgpu';
  /** A data set up to this size is kept there. */
  residentBytes: number;
}

/** TensorFlow.js computes on one backend at a time; sessions may be on several. */
function use({ name }: Backend): void {
  // A backend that has been started is there when the call returns.
  if (tf.getBackend() !== name) void tf.setBackend(name);
}

export function openSession(
  backend: Backend,
  network: Network,
  initial: Weights,
  optimizer: Optimizer,
  state: OptimizerState,
): EngineSession {
  use(backend);
  const splits = new ResidentSplits(network, backend.residentBytes);
  const variables = toVariables(network, initial);
  const buffers = new Map([...state.buffers].map(([name, values]) => [name, toVariables(network, values)]));
  let { steps } = state;
  let losses: tf.Scalar[] = [];
  return {
    step(batch: Batch, learningRate = optimizer.learningRate) {
      use(backend);
      const loss = tf.tidy(() => {
        const { images, labels } = splits.examples(batch);
        const meanLoss = () =>
          tf.losses.softmaxCrossEntropy(labels, forward(network, variables, images)) as tf.Scalar;
        const { value, grads } = tf.variableGrads(meanLoss, [...variables.values()]);
        steps++;
        for (const [name, variable] of variables) {
          const remembered = [...buffers.values()].map((buffer) => buffer.get(name) as tf.Variable);
          update({ ...optimizer, learningRate }, variable, grads[variable.name], remembered, steps);
        }
        return value;
      });
      losses.push(loss);
    },
    async losses() {
      if (losses.length === 0) return [];
      use(backend);
      const taken = tf.stack(losses);
      tf.dispose(losses);
      losses = [];
      const values = await taken.data();
      taken.dispose();
      return [...values];
    },
    async logits(images, count) {
      use(backend);
      const logits = tf.tidy(() => forward(network, variables, imagesTensor(network, images, count)));
      const values = await logits.data();
      logits.dispose();
      return Float32Array.from(values);
    },
    async weights() {
      use(backend);
      return toWeights(variables);
    },
    async optimizerState() {
      use(backend);
      const entries = [...buffers].map(async ([name, values]) => [name, await toWeights(values)] as const);
      return { steps, buffers: new Map(await Promise.all(entries)) };
    },
    close() {
      for (const values of [variables, ...buffers.values()]) tf.dispose([...values.values()]);
      tf.dispose(losses);
      splits.dispose();
    },
  };
}

/** Filters as [height, width, in, out]. */
function toVariables({ parameters }: Network, weights: Weights): Variables {
  return new Map(
    parameters.map(({ name, shape }) => {
      // A variable outlives its tidy.
      const variable = tf.tidy(() => {
        const value = tf.tensor(weights.get(name) as Float32Array, [...shape]);
        return tf.variable(shape.length === 4 ? value.transpose([2, 3, 1, 0]) : value);
      });
      return [name, variable];
    }),
  );
}

async function toWeights(variables: Variables): Promise<Weights> {
  const entries = [...variables].map(async ([name, variable]) => {
    const value = tf.tidy(() => (variable.rank === 4 ? variable.transpose([3, 2, 0, 1]) : variable.clone()));
    const values = Float32Array.from(await value.data());
    value.dispose();
    return [name, values] as const;
  });
  return new Map(await Promise.all(entries));
}

/** The optimizer's step number `step` on one variable, `buffers` in the order of their names. */
function update(
  optimizer: Optimizer,
  variable: tf.Variable,
  gradient: tf.Tensor,
  buffers: tf.Variable[],
  step: number,
): void {
  const { learningRate, weightDecay } = optimizer;
  const g = weightDecay ? gradient.add(variable.mul(weightDecay)) : gradient;
  if (optimizer.kind === 'sgd') {
    const [velocity] = buffers;
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
}

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
