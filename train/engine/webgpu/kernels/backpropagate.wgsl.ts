/**
 * @file Propagates a gradient back through the pooling and the ReLU of a stage. The kernel that computes the gradient of a stage's output
 * calls this function for each element, so ReLU and fused pooling need no kernels of their own.
 */
import { sizeOf } from '#shared/model/spec.ts';
import type { Stage } from '../stages.ts';
import { unrolled } from './kernel.ts';

/**
 * Returns the WGSL function `backpropagate(region, i, gradient)`, which takes the gradient of element i of the stage's output and stores the
 * gradients of the layer's own output. Elements outside all pooling windows are not written; they are zero.
 */
export function backpropagate(stage: Stage): string {
  const passed = stage.relu ? `select(0.0, gradient, arena[region + ${stage.y}u + i] > 0.0)` : 'gradient';
  if (stage.kind === 'maxPool2d' || stage.window === 1) {
    return `
fn backpropagate(region: u32, i: u32, gradient: f32) { arena[region + ${stage.dy}u + i] = ${passed}; }
`;
  }
  const { window, output, layer } = stage;
  const [, height, width] = layer.output;
  const plane = sizeOf(output.slice(1));
  return `
fn backpropagate(region: u32, i: u32, gradient: f32) {
  let passed = ${passed};
  let taken = u32(arena[region + ${stage.argmax}u + i]);
  let row = i / ${plane}u * ${height}u + i % ${plane}u / ${output[2]}u * ${window}u;
  let corner = region + ${stage.dy}u + row * ${width}u + i % ${output[2]}u * ${window}u;
${unrolled(window * window, (at) => {
  const offset = Math.floor(at / window) * width + (at % window);
  return `  arena[corner + ${offset}u] = select(0.0, passed, taken == ${at}u);`;
})}
}
`;
}
