/**
 * @file Two gradients that the WebAssembly backend of TensorFlow.js 4.22 needs for training: the one of a convolution's
 * filter, which it lacks (tensorflow/tfjs#8474), and the one of max pooling, which it has wrong.
 */
import * as tf from '@tensorflow/tfjs';

interface Conv2DBackpropFilterAttrs {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number;
  /** [height, width, in, out] */
  filterShape: [number, number, number, number];
}

interface MaxPoolGradAttrs {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'valid' | 'same' | number;
}

/** Puts both kernels into the wasm backend, once per process. */
export function registerTrainingKernels(): void {
  const backendName = 'wasm';
  if (tf.getKernel('Conv2DBackpropFilter', backendName)) return;
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { strides, pad, filterShape } = attrs as unknown as Conv2DBackpropFilterAttrs;
      requireValid('Conv2DBackpropFilter', pad);
      return filterGradient(inputs.x as tf.Tensor4D, inputs.dy as tf.Tensor4D, filterShape, pair(strides));
    },
  });
  tf.unregisterKernel('MaxPoolGrad', backendName);
  tf.registerKernel({
    kernelName: 'MaxPoolGrad',
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { filterSize, strides, pad } = attrs as unknown as MaxPoolGradAttrs;
      requireValid('MaxPoolGrad', pad);
      return poolGradient(
        inputs.input as tf.Tensor4D,
        inputs.dy as tf.Tensor4D,
        pair(filterSize),
        pair(strides),
      );
    },
  });
}

const pair = (value: number | [number, number]): [number, number] =>
  Array.isArray(value) ? value : [value, value];

/** The engine pads by itself; padding within these kernels is left out. */
function requireValid(kernel: string, pad: 'valid' | 'same' | number): void {
  if (pad !== 'valid') throw new RangeError(`${kernel} on wasm: expected pad 'valid', got ${pad}`);
}

/**
 * Each filter tap joins the input pixels that it slid over, [batch · outHeight · outWidth, in], to the gradient of the
 * outputs, [batch · outHeight · outWidth, out]; its gradient is the product of the two.
 */
function filterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  [height, width, inChannels, outChannels]: [number, number, number, number],
  [strideY, strideX]: [number, number],
): tf.Tensor {
  return tf.tidy(() => {
    const [batch, outHeight, outWidth] = dy.shape;
    const end = (first: number, outputs: number, stride: number) => first + (outputs - 1) * stride + 1;
    const gradients = dy.reshape<tf.Tensor3D>([batch, outHeight * outWidth, outChannels]);
    const taps: tf.Tensor[] = [];
    for (let ky = 0; ky < height; ky++) {
      for (let kx = 0; kx < width; kx++) {
        const pixels = tf.stridedSlice(
          x,
          [0, ky, kx, 0],
          [batch, end(ky, outHeight, strideY), end(kx, outWidth, strideX), inChannels],
          [1, strideY, strideX, 1],
        );
        const columns = pixels.reshape<tf.Tensor3D>([batch, outHeight * outWidth, inChannels]);
        taps.push(tf.matMul(columns, gradients, true).sum(0));
      }
    }
    return tf.concat(taps).reshape([height, width, inChannels, outChannels]);
  });
}

/**
 * Every window's gradient goes to its first maximum in row order, as in PyTorch, and windows that overlap add up. The
 * backend's own kernel takes the last maximum and lets windows overwrite each other; ties are common, since a flat
 * background gives flat feature maps.
 */
function poolGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  [filterHeight, filterWidth]: [number, number],
  [strideY, strideX]: [number, number],
): tf.Tensor {
  const [, inHeight, inWidth, channels] = x.shape;
  const [batch, outHeight, outWidth] = dy.shape;
  const [values, gradients] = [x.dataSync(), dy.dataSync()];
  const dx = new Float32Array(values.length);
  let out = 0;
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < outHeight; y++) {
      for (let column = 0; column < outWidth; column++) {
        const corner = ((n * inHeight + y * strideY) * inWidth + column * strideX) * channels;
        for (let c = 0; c < channels; c++) {
          let maximum = corner + c;
          for (let ky = 0; ky < filterHeight; ky++) {
            for (let kx = 0; kx < filterWidth; kx++) {
              const candidate = corner + c + (ky * inWidth + kx) * channels;
              if (values[candidate] > values[maximum]) maximum = candidate;
            }
          }
          dx[maximum] += gradients[out++];
        }
      }
    }
  }
  return tf.tensor(dx, x.shape);
}
