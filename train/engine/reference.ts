/**
 * @file The reference engine: plain loops that support every network. It is slow and never optimized,
 * so that its correctness is easy to see. The forward pass is in shared/model/forward.ts, the backward pass is here.
 */
import { PIXEL_SCALE } from '#shared/input/preprocessing.ts';
import {
  type Conv,
  forEachTap,
  forEachWindow,
  forward,
  type Linear,
  type Tensor,
  tensorsOf,
} from '#shared/model/forward.ts';
import { type Network, type NetworkLayer, sizeOf, type Weights } from '#shared/model/spec.ts';
import { type Batch, targetsOf } from '../dataset/batch.ts';
import type { Engine, EngineSession } from './engine.ts';
import { freshState, type Optimizer, type OptimizerState } from './optimizer.ts';

/** Creates the engine that all others are compared with. */
export function referenceEngine(): Engine {
  return {
    name: 'reference',
    description: 'plain loops in JavaScript, one thread',
    open: async (network, weights, optimizer, state = freshState(optimizer, network)) =>
      openSession(network, weights, optimizer, state),
  };
}

function openSession(
  network: Network,
  initial: Weights,
  optimizer: Optimizer,
  state: OptimizerState,
): EngineSession {
  const weights = copyOf(initial);
  const buffers = new Map([...state.buffers].map(([name, values]) => [name, copyOf(values)]));
  let { steps } = state;
  let losses: number[] = [];
  return {
    step(batch: Batch, { learningRate = optimizer.learningRate, labelSmoothing = 0 } = {}) {
      const count = batch.labels.length;
      const targets = targetsOf(batch, network.output[0]);
      const activations = forward(network, weights, scale(batch.images), count);
      const { loss, gradient } = crossEntropy(activations.at(-1) as Tensor, targets, count, labelSmoothing);
      losses.push(loss);
      steps++;
      for (const [name, values] of backward(network, weights, activations, gradient, count)) {
        const parameterBuffers = [...buffers.values()].map((buffer) => buffer.get(name) as Tensor);
        update({ ...optimizer, learningRate }, weights.get(name) as Tensor, values, parameterBuffers, steps);
      }
    },
    async losses() {
      const taken = losses;
      losses = [];
      return taken;
    },
    async logits(images, count) {
      return forward(network, weights, scale(images), count).at(-1) as Tensor;
    },
    async weights() {
      return copyOf(weights);
    },
    async load(values) {
      for (const [name, own] of weights) own.set(values.get(name) as Tensor);
    },
    async optimizerState() {
      return { steps, buffers: new Map([...buffers].map(([name, values]) => [name, copyOf(values)])) };
    },
    close() {
      weights.clear();
    },
  };
}

const copyOf = (weights: Weights) => new Map([...weights].map(([name, values]) => [name, values.slice()]));

const scale = (images: Uint8Array): Tensor => new Float32Array(images).map((pixel) => pixel / PIXEL_SCALE);

/** Returns the gradients of the loss by parameter name, given the gradient of the logits. */
function backward(
  network: Network,
  weights: Weights,
  activations: Tensor[],
  logits: Tensor,
  batch: number,
): Weights {
  const gradients = new Map<string, Tensor>();
  let gradient = logits;
  for (let i = network.layers.length - 1; i >= 0; i--) {
    gradient = layerBackward(network.layers[i], weights, activations[i], gradient, batch, gradients);
  }
  return gradients;
}

/** Adds the gradients of the layer's parameters to `gradients`, and returns the gradient of its input. */
function layerBackward(
  layer: NetworkLayer,
  weights: Weights,
  x: Tensor,
  dy: Tensor,
  batch: number,
  gradients: Map<string, Tensor>,
): Tensor {
  switch (layer.kind) {
    case 'flatten':
      return dy;
    case 'relu':
      return dy.map((value, i) => (x[i] > 0 ? value : 0));
    case 'linear':
      return linearBackward(layer, weights, x, dy, batch, gradients);
    case 'conv2d':
      return convBackward(layer, weights, x, dy, batch, gradients);
    case 'maxPool2d': {
      const dx = new Float32Array(batch * sizeOf(layer.input));
      forEachWindow(layer, x, batch, (out, maximum) => {
        dx[maximum] += dy[out];
      });
      return dx;
    }
    default:
      throw layer satisfies never;
  }
}

function linearBackward(
  layer: Linear,
  weights: Weights,
  x: Tensor,
  dy: Tensor,
  batch: number,
  gradients: Map<string, Tensor>,
): Tensor {
  const { inFeatures, outFeatures } = layer;
  const [weight] = tensorsOf(layer, weights);
  const dWeight = new Float64Array(weight.length);
  const dBias = new Float64Array(outFeatures);
  const dx = new Float64Array(batch * inFeatures);
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outFeatures; o++) {
      const d = dy[n * outFeatures + o];
      dBias[o] += d;
      for (let i = 0; i < inFeatures; i++) {
        dWeight[o * inFeatures + i] += d * x[n * inFeatures + i];
        dx[n * inFeatures + i] += d * weight[o * inFeatures + i];
      }
    }
  }
  storeGradients(layer, gradients, dWeight, dBias);
  return Float32Array.from(dx);
}

function convBackward(
  layer: Conv,
  weights: Weights,
  x: Tensor,
  dy: Tensor,
  batch: number,
  gradients: Map<string, Tensor>,
): Tensor {
  const [weight] = tensorsOf(layer, weights);
  const plane = sizeOf(layer.output.slice(1));
  const dWeight = new Float64Array(weight.length);
  const dBias = new Float64Array(layer.outChannels);
  const dx = new Float64Array(batch * sizeOf(layer.input));
  for (let i = 0; i < dy.length; i++) dBias[Math.floor(i / plane) % layer.outChannels] += dy[i];
  forEachTap(layer, batch, (w, from, to, count, stride) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum += dy[to + i] * x[from + i * stride];
      dx[from + i * stride] += dy[to + i] * weight[w];
    }
    dWeight[w] += sum;
  });
  storeGradients(layer, gradients, dWeight, dBias);
  return Float32Array.from(dx);
}

/**
 * Returns the cross-entropy loss, which is the mean of −Σ target · log softmax(logits), and its gradient, (softmax − target) / batch. The
 * target of a class is (1 − labelSmoothing) · targets + labelSmoothing / classes.
 * @param logits [batch, classes]
 * @param targets probabilities, [batch, classes]
 */
export function crossEntropy(
  logits: Float32Array,
  targets: Float32Array,
  batch: number,
  labelSmoothing = 0,
): { loss: number; gradient: Tensor } {
  const classes = logits.length / batch;
  const gradient = new Float32Array(logits.length);
  let loss = 0;
  for (let n = 0; n < batch; n++) {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    const target = targets.subarray(n * classes, (n + 1) * classes);
    const maximum = row.reduce((a, b) => Math.max(a, b));
    const sum = row.reduce((total, logit) => total + Math.exp(logit - maximum), 0);
    const expected = row.reduce((total, logit, k) => total + target[k] * logit, 0);
    loss += maximum + Math.log(sum) - (1 - labelSmoothing) * expected;
    for (let k = 0; k < classes; k++) {
      const probability = Math.exp(row[k] - maximum) / sum;
      const even = labelSmoothing / classes;
      gradient[n * classes + k] = (probability - even - (1 - labelSmoothing) * target[k]) / batch;
      if (labelSmoothing > 0) loss -= even * row[k];
    }
  }
  return { loss: loss / batch, gradient };
}

/**
 * Updates one parameter tensor and the optimizer's buffers in place.
 * @param buffers the optimizer's buffers of the tensor, in the order of `bufferNames`
 * @param step number of the step, from 1
 */
function update(
  optimizer: Optimizer,
  weight: Tensor,
  gradient: Tensor,
  buffers: Tensor[],
  step: number,
): void {
  const { kind, learningRate, weightDecay } = optimizer;
  const averaging = Math.fround(optimizer.averaging);
  const average = averaging > 0 ? buffers.at(-1) : undefined;
  for (let i = 0; i < weight.length; i++) {
    const g = gradient[i] + (kind === 'adamw' ? 0 : weightDecay * weight[i]);
    if (kind === 'adamw') weight[i] *= 1 - learningRate * weightDecay;
    if (optimizer.kind === 'sgd') {
      const [velocity] = buffers;
      if (optimizer.momentum > 0) velocity[i] = optimizer.momentum * velocity[i] + g;
      weight[i] -= learningRate * (optimizer.momentum > 0 ? velocity[i] : g);
    } else {
      const { beta1, beta2, epsilon } = optimizer;
      const [mean, square] = buffers;
      mean[i] = beta1 * mean[i] + (1 - beta1) * g;
      square[i] = beta2 * square[i] + (1 - beta2) * g * g;
      const root = Math.sqrt(square[i]) / Math.sqrt(1 - beta2 ** step) + epsilon;
      weight[i] -= ((learningRate / (1 - beta1 ** step)) * mean[i]) / root;
    }
    if (average) average[i] = averaging * average[i] + (1 - averaging) * weight[i];
  }
}

/** Stores the gradients of a layer's weight and bias as float32. */
function storeGradients(
  layer: Linear | Conv,
  gradients: Map<string, Tensor>,
  ...values: Float64Array[]
): void {
  for (const [i, { name }] of layer.parameters.entries()) gradients.set(name, Float32Array.from(values[i]));
}
