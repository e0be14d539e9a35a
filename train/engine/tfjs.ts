/**
 * @file The TensorFlow.js engine, on its WebAssembly backend.
 *
 * TensorFlow.js keeps images as NHWC and filters as [height, width, in, out]; PyTorch as NCHW and [out, in, height,
 * width]. Filters are permuted when a session opens and when weights are read; activations only before a flatten, so
 * that a linear layer sees its features in PyTorch's order.
 */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { ExplainedError } from '#shared/errors.ts';
import { PIXEL_SCALE } from '#shared/labels.ts';
import { type Network, type NetworkLayer, paddingOf, type Weights } from '#shared/model/spec.ts';
import type { Batch, Engine, EngineSession } from './engine.ts';
import { freshState, type Optimizer, type OptimizerState } from './optimizer.ts';
import { registerTrainingKernels } from './tfjs-kernels.ts';

type Variables = ReadonlyMap<string, tf.Variable>;

/**
 * Starts the WebAssembly backend.
 * @throws ExplainedError of kind `device` when it does not come up
 */
export async function tfjsEngine(): Promise<Engine> {
  setWasmPaths(new URL('.', import.meta.resolve('@tensorflow/tfjs-backend-wasm')).pathname);
  if (!(await withoutCrashHandlers(() => tf.setBackend('wasm')))) {
    throw new ExplainedError({
      kind: 'device',
      what: 'TensorFlow.js could not start its wasm backend',
      next: 'Use --device reference.',
    });
  }
  registerTrainingKernels();
  const features = tf.env().get('WASM_HAS_SIMD_SUPPORT') ? 'with SIMD' : 'without SIMD';
  return {
    name: 'tfjs',
    description: `TensorFlow.js ${version_wasm}, wasm backend ${features}`,
    open: async (network, weights, optimizer, state = freshState(optimizer, network)) =>
      openSession(network, weights, optimizer, state),
  };
}

/**
 * Runs `start` and takes back the process-wide handlers it leaves: Emscripten's rethrow every uncaught error, which
 * would hide this program's own exit codes.
 */
async function withoutCrashHandlers<T>(start: () => Promise<T>): Promise<T> {
  const exceptions = new Set(process.listeners('uncaughtException'));
  const rejections = new Set(process.listeners('unhandledRejection'));
  const result = await start();
  for (const listener of process.listeners('uncaughtException')) {
    if (!exceptions.has(listener)) process.off('uncaughtException', listener);
  }
  for (const listener of process.listeners('unhandledRejection')) {
    if (!rejections.has(listener)) process.off('unhandledRejection', listener);
  }
  return result;
}

function openSession(
  network: Network,
  initial: Weights,
  optimizer: Optimizer,
  state: OptimizerState,
): EngineSession {
  const variables = toVariables(network, initial);
  const buffers = new Map([...state.buffers].map(([name, values]) => [name, toVariables(network, values)]));
  let { steps } = state;
  let losses: tf.Scalar[] = [];
  return {
    step({ images, labels }: Batch, learningRate = optimizer.learningRate) {
      const loss = tf.tidy(() => {
        const x = imagesTensor(network, images, labels.length);
        const oneHot = tf.oneHot(tf.tensor1d(labels, 'int32'), network.output[0]);
        const meanLoss = () =>
          tf.losses.softmaxCrossEntropy(oneHot, forward(network, variables, x)) as tf.Scalar;
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
      const taken = losses;
      losses = [];
      const values = await Promise.all(taken.map((loss) => loss.data()));
      tf.dispose(taken);
      return values.map(([value]) => value);
    },
    async logits(images, count) {
      const logits = tf.tidy(() => forward(network, variables, imagesTensor(network, images, count)));
      const values = await logits.data();
      logits.dispose();
      return Float32Array.from(values);
    },
    weights: () => toWeights(variables),
    async optimizerState() {
      const entries = [...buffers].map(async ([name, values]) => [name, await toWeights(values)] as const);
      return { steps, buffers: new Map(await Promise.all(entries)) };
    },
    close() {
      for (const values of [variables, ...buffers.values()]) tf.dispose([...values.values()]);
      tf.dispose(losses);
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

/** Pixels as NHWC float32 in 0..1. */
function imagesTensor(network: Network, images: Uint8Array, count: number): tf.Tensor4D {
  const [channels, height, width] = network.input;
  const pixels = tf.tensor4d(Float32Array.from(images), [count, channels, height, width]);
  return pixels.div<tf.Tensor4D>(PIXEL_SCALE).transpose([0, 2, 3, 1]);
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
