/** @file The entry of the training builds, simd.wasm and relaxed.wasm: whole steps, and single kernels for benchmarks. */
export { f32_conv2d, f32_conv2d_grad } from './conv2d';
export { f32_conv3x3 } from './conv3x3';
export { f32_conv3x3_grad_filter } from './conv3x3-gradient';
export { f32_linear, f32_linear_grad_input, f32_linear_grad_weight } from './linear';
export { f32_peak } from './peak';
export { f32_winograd } from './winograd/convolution';
export { f32_winograd_grad_filter } from './winograd/gradient';
export { fail, infer, readmit, step, stop, work } from './step';
