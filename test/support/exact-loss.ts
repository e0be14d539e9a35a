/**
 * @file The loss of a network in double precision, computed directly from the definitions in PyTorch's documentation. It shares no code
 * with the engines, which tests compare with it.
 */
import { type Network, type NetworkLayer, paddingOf } from '../../shared/model/spec.ts';
import type { Batch } from '../../train/dataset/batch.ts';

type Values = number[];

/**
 * Returns the mean cross-entropy of a batch: of its targets if it has some, else of its labels.
 * @param smoothing share of the target that is the same for all classes
 */
export function exactLoss(
  network: Network,
  weights: ReadonlyMap<string, ArrayLike<number>>,
  batch: Batch,
  smoothing = 0,
): number {
  const pixels = batch.images.length / batch.labels.length;
  let total = 0;
  for (const [n, label] of batch.labels.entries()) {
    const image = Array.from(batch.images.subarray(n * pixels, (n + 1) * pixels), (pixel) => pixel / 255);
    const logits = network.layers.reduce((x, layer) => apply(layer, weights, x), image);
    const all = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    for (const [k, logit] of logits.entries()) {
      const probability = batch.targets ? batch.targets[n * logits.length + k] : Number(k === label);
      const target = smoothing / logits.length + (1 - smoothing) * probability;
      total -= target * Math.log(Math.exp(logit) / all);
    }
  }
  return total / batch.labels.length;
}

/** Returns the output of a layer for one image. */
function apply(layer: NetworkLayer, weights: ReadonlyMap<string, ArrayLike<number>>, x: Values): Values {
  const [weight, bias] = layer.parameters.map(({ name }) => weights.get(name) as ArrayLike<number>);
  const [channels, height, width] = layer.input;
  /** Returns the input at a position, or zero outside the image. */
  const at = (c: number, y: number, xx: number): number =>
    y >= 0 && y < height && xx >= 0 && xx < width ? x[(c * height + y) * width + xx] : 0;
  switch (layer.kind) {
    case 'flatten':
      return x;
    case 'relu':
      return x.map((value) => (value > 0 ? value : 0));
    case 'linear':
      return range(layer.outFeatures).map((o) =>
        x.reduce((total, value, i) => total + value * weight[o * x.length + i], bias[o]),
      );
    case 'conv2d': {
      const k = layer.kernelSize;
      const [before] = paddingOf(layer);
      return positions(layer.output).map(([o, y, xx]) => {
        let total = bias[o];
        for (let c = 0; c < channels; c++)
          for (let i = 0; i < k; i++)
            for (let j = 0; j < k; j++)
              total +=
                weight[((o * channels + c) * k + i) * k + j] *
                at(c, y * layer.stride + i - before, xx * layer.stride + j - before);
        return total;
      });
    }
    case 'maxPool2d': {
      const k = layer.kernelSize;
      return positions(layer.output).map(([c, y, xx]) =>
        Math.max(
          ...positions([1, k, k]).map(([, i, j]) => at(c, y * layer.stride + i, xx * layer.stride + j)),
        ),
      );
    }
    default:
      throw layer satisfies never;
  }
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
/** Returns all indices of an array of shape [a, b, c]. */
const positions = ([a, b, c]: readonly number[]): [number, number, number][] =>
  range(a).flatMap((i) => range(b).flatMap((j) => range(c).map((k): [number, number, number] => [i, j, k])));
