/** @file What the module exports: a whole step, and each kernel for tests and benchmarks. */
export { f32_conv3x3, f32_conv3x3_grad_filter } from './conv3x3';
export { f32_linear, f32_linear_grad_input, f32_linear_grad_weight } from './linear';
export { f32_maxpool2x2, f32_maxpool2x2_grad } from './maxpool2x2';
export { f32_peak } from './peak';
export { f32_sgd } from './sgd';
export { infer, step, stop, work } from './step';
