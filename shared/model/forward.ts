/**
 * @file The reference implementation of the forward pass, in plain loops over the layers. It is slow and never optimized, so that
 * its correctness is easy to see.
 *
 * Tensors are float32 as in PyTorch; sums run in double precision and are rounded once when stored.
 * Shapes: activations [batch, ...layer shape], row-major (NCHW); weights as in PyTorch.
 */
import { type Network, type NetworkLayer, paddingOf, sizeOf, type Weights } from './spec.ts';

export type Tensor = Float32Array<ArrayBuffer>;
export type Conv = Extract<NetworkLayer, { kind: 'conv2d' }>;
export type Pool = Extract<NetworkLayer, { kind: 'maxPool2d' }>;
export type Linear = Extract<NetworkLayer, { kind: 'linear' }>;

/** Returns the input and the output of every layer: `activations[i]` is the input of layer i. */
export function forward(network: Network, weights: Weights, input: Tensor, batch: number): Tensor[] {
  const activations = [input];
  for (const layer of network.layers) {
    const x = activations.at(-1) as Tensor;
    activations.push(layerForward(layer, weights, x, batch));
  }
  return activations;
}

export function layerForward(layer: NetworkLayer, weights: Weights, x: Tensor, batch: number): Tensor {
  switch (layer.kind) {
    case 'flatten':
      return x;
    case 'relu':
      return x.map((value) => Math.max(value, 0));
    case 'linear':
      return linearForward(layer, weights, x, batch);
    case 'conv2d':
      return convForward(layer, weights, x, batch);
    case 'maxPool2d': {
      const y = new Float32Array(batch * sizeOf(layer.output));
      forEachWindow(layer, x, batch, (out, maximum) => {
        y[out] = x[maximum];
      });
      return y;
    }
    default:
      throw layer satisfies never;
  }
}

function linearForward(layer: Linear, weights: Weights, x: Tensor, batch: number): Tensor {
  const { inFeatures, outFeatures } = layer;
  const [weight, bias] = tensorsOf(layer, weights);
  const y = new Float32Array(batch * outFeatures);
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outFeatures; o++) {
      let sum = bias[o];
      for (let i = 0; i < inFeatures; i++) sum += x[n * inFeatures + i] * weight[o * inFeatures + i];
      y[n * outFeatures + o] = sum;
    }
  }
  return y;
}

function convForward(layer: Conv, weights: Weights, x: Tensor, batch: number): Tensor {
  const [weight, bias] = tensorsOf(layer, weights);
  const y = new Float64Array(batch * sizeOf(layer.output));
  const plane = sizeOf(layer.output.slice(1));
  for (let i = 0; i < y.length; i++) y[i] = bias[Math.floor(i / plane) % layer.outChannels];
  forEachTap(layer, batch, (w, from, to, count, stride) => {
    for (let i = 0; i < count; i++) y[to + i] += weight[w] * x[from + i * stride];
  });
  return Float32Array.from(y);
}

/**
 * Visits every multiplication of a convolution, a row at a time. Weight `w` connects the `count` input pixels `from`,
 * `from + stride`, … with output pixels `to`, `to + 1`, …. Pixels of the padding are zero and are skipped.
 */
export function forEachTap(
  layer: Conv,
  batch: number,
  visit: (w: number, from: number, to: number, count: number, stride: number) => void,
): void {
  const { inChannels, outChannels, kernelSize, stride } = layer;
  const [, inHeight, inWidth] = layer.input;
  const [, outHeight, outWidth] = layer.output;
  const [before] = paddingOf(layer);
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outChannels; o++) {
      for (let c = 0; c < inChannels; c++) {
        for (let ky = 0; ky < kernelSize; ky++) {
          for (let kx = 0; kx < kernelSize; kx++) {
            const w = ((o * inChannels + c) * kernelSize + ky) * kernelSize + kx;
            // Output columns whose input column, x · stride + kx − before, is in the image.
            const first = Math.max(0, Math.ceil((before - kx) / stride));
            const last = Math.min(outWidth - 1, Math.floor((inWidth - 1 + before - kx) / stride));
            for (let y = 0; y < outHeight; y++) {
              const inY = y * stride + ky - before;
              if (inY < 0 || inY >= inHeight || last < first) continue;
              const from = ((n * inChannels + c) * inHeight + inY) * inWidth + first * stride + kx - before;
              const to = ((n * outChannels + o) * outHeight + y) * outWidth + first;
              visit(w, from, to, last - first + 1, stride);
            }
          }
        }
      }
    }
  }
}

/**
 * Visits every pooling window with the index of its output and of its maximum. Of equal maxima it takes the first in row
 * order, as PyTorch does.
 */
export function forEachWindow(
  layer: Pool,
  x: Tensor,
  batch: number,
  visit: (out: number, maximum: number) => void,
): void {
  const [channels, inHeight, inWidth] = layer.input;
  const [, outHeight, outWidth] = layer.output;
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let y = 0; y < outHeight; y++) {
      for (let xOut = 0; xOut < outWidth; xOut++) {
        const corner = (plane * inHeight + y * layer.stride) * inWidth + xOut * layer.stride;
        let maximum = corner;
        for (let ky = 0; ky < layer.kernelSize; ky++) {
          for (let kx = 0; kx < layer.kernelSize; kx++) {
            const candidate = corner + ky * inWidth + kx;
            if (x[candidate] > x[maximum]) maximum = candidate;
          }
        }
        visit((plane * outHeight + y) * outWidth + xOut, maximum);
      }
    }
  }
}

export function tensorsOf(layer: Linear | Conv, weights: Weights): Tensor[] {
  return layer.parameters.map(({ name }) => weights.get(name) as Tensor);
}
