/** @file The kernel that training a convolution needs and the WebAssembly backend of TensorFlow.js 4.22 lacks. */
import * as tf from '@tensorflow/tfjs';

interface Conv2DBackpropFilterAttrs {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number;
  /** [height, width, in, out] */
  filterShape: [number, number, number, number];
}

/** Registers `Conv2DBackpropFilter` on the wasm backend, once per process (tensorflow/tfjs#8474). */
export function registerMissingKernels(): void {
  if (tf.getKernel('Conv2DBackpropFilter', 'wasm')) return;
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { strides, pad, filterShape } = attrs as unknown as Conv2DBackpropFilterAttrs;
      if (pad !== 'valid')
        throw new RangeError(`Conv2DBackpropFilter on wasm: expected pad 'valid', got ${pad}`);
      const [strideY, strideX] = Array.isArray(strides) ? strides : [strides, strides];
      return filterGradient(inputs.x as tf.Tensor4D, inputs.dy as tf.Tensor4D, filterShape, strideY, strideX);
    },
  });
}

/**
 * Each filter tap joins the input pixels that it slid over, [batch · outHeight · outWidth, in], to the gradient of the
 * outputs, [batch · outHeight · outWidth, out]; its gradient is the product of the two.
 */
function filterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  [height, width, inChannels, outChannels]: [number, number, number, number],
  strideY: number,
  strideX: number,
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
