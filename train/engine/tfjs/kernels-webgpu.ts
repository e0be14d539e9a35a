/**
 * @file The gradient of max pooling for the WebGPU backend of TensorFlow.js 4.22, whose own one gives the gradient of a tie to the last
 * maximum of a window; PyTorch's first one gets it here.
 */
import * as tf from '@tensorflow/tfjs';

/** What is used of the module `@tensorflow/tfjs-backend-webgpu`. */
export interface WebgpuModule {
  WebGPUBackend: new (device: GPUDevice, info: GPUAdapterInfo) => WebgpuBackend;
  webgpu_util: {
    flatDispatchLayout(shape: number[]): object;
    computeDispatch(layout: object, shape: number[], workgroup: number[]): [number, number, number];
  };
}

interface WebgpuBackend extends tf.KernelBackend {
  runWebGPUProgram(
    program: object,
    inputs: tf.TensorInfo[],
    dtype: string,
    uniforms: object[],
  ): tf.TensorInfo;
}

interface MaxPoolGradAttrs {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'valid' | 'same' | number;
}

const pair = (value: number | [number, number]): [number, number] =>
  Array.isArray(value) ? value : [value, value];

/**
 * One invocation per pixel of the input: it sums over the windows that hold the pixel, and whose first maximum it is. No window
 * is written to by two, so overlapping ones add up.
 */
const SHADER = `
  fn main(index : i32) {
    if (index >= uniforms.size) { return; }
    let at = getCoordsFromIndex(index);
    let value = getX(at[0], at[1], at[2], at[3]);
    var sum = 0.0;
    for (var y = 0; y < uniforms.window[0]; y++) {
      let top = at[1] - y;
      let row = top / uniforms.strides[0];
      if (top < 0 || top % uniforms.strides[0] != 0 || row >= uniforms.dyShape[1]) { continue; }
      for (var x = 0; x < uniforms.window[1]; x++) {
        let left = at[2] - x;
        let column = left / uniforms.strides[1];
        if (left < 0 || left % uniforms.strides[1] != 0 || column >= uniforms.dyShape[2]) { continue; }
        var first = true;
        for (var ky = 0; ky < uniforms.window[0]; ky++) {
          for (var kx = 0; kx < uniforms.window[1]; kx++) {
            let other = getX(at[0], top + ky, left + kx, at[3]);
            let earlier = ky < y || (ky == y && kx < x);
            first = first && !(other > value || (earlier && other == value));
          }
        }
        if (first) { sum += getDy(at[0], row, column, at[3]); }
      }
    }
    setOutputAtIndex(index, sum);
  }
`;

/** Puts the kernel in the place of the backend's own. */
export function registerPoolGradient({ webgpu_util }: WebgpuModule): void {
  const backendName = 'webgpu';
  tf.unregisterKernel('MaxPoolGrad', backendName);
  tf.registerKernel({
    kernelName: 'MaxPoolGrad',
    backendName,
    kernelFunc({ inputs, attrs, backend }) {
      const { filterSize, strides, pad } = attrs as unknown as MaxPoolGradAttrs;
      // The engine pads by itself.
      if (pad !== 'valid') throw new RangeError(`MaxPoolGrad on webgpu: expected pad 'valid', got ${pad}`);
      const { input, dy } = inputs as Record<string, tf.TensorInfo>;
      const [workgroupSize, outputShape] = [[64, 1, 1], input.shape];
      const dispatchLayout = webgpu_util.flatDispatchLayout(outputShape);
      const program = {
        variableNames: ['dy', 'x'],
        uniforms: 'strides : vec2<i32>, window : vec2<i32>',
        shaderKey: 'maxPoolGradFirst',
        size: true,
        dispatch: webgpu_util.computeDispatch(dispatchLayout, outputShape, workgroupSize),
        getUserCode: () => SHADER,
        ...{ workgroupSize, outputShape, dispatchLayout },
      };
      return (backend as WebgpuBackend).runWebGPUProgram(program, [dy, input], 'float32', [
        { type: 'int32', data: pair(strides) },
        { type: 'int32', data: pair(filterSize) },
      ]);
    },
  });
}
