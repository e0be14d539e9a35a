/**
 * @file Two gradient kernels for the WebAssembly backend of TensorFlow.js 4.22. The backend lacks the filter gradient of a convolution
 * (tensorflow/tfjs#8474), and its gradient of max pooling is wrong.
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

/** Registers both kernels on the wasm backend, once per process. */
export function registerGradients(): void {
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

/** Throws unless `pad` is 'valid': the session pads before it calls the kernels, so they support no padding. */
function requireValid(kernel: string, pad: 'valid' | 'same' | number): void {
  if (pad !== 'valid') throw new RangeError(`${kernel} on wasm: expected pad 'valid', got ${pad}`);
}

/**
 * Computes the filter gradient of a convolution, one filter tap at a time. The gradient of a tap is the product of the input pixels under
 * it, [batch · outHeight · outWidth, in], and the gradient of the outputs, [batch · outHeight · outWidth, out]. Each image is summed first:
 * one float32 sum over all images would lose a digit.
 * @returns [height, width, in, out]
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
 * Computes the gradient of max pooling. As in PyTorch, the gradient of a window goes to its first maximum in row order, and the gradients
 * of overlapping windows add up. The backend's own kernel takes the last maximum, and overlapping windows overwrite each other. Ties are
 * common: a flat background gives flat feature maps.
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
