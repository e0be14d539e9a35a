/**
 * @file The way back through a stage's pooling and ReLU: whoever computes the gradient of a stage's output hands it on, element by
 * element, as the gradient of what the stage's layer computed. No kernel of its own, and no layer sees a ReLU.
 */
import { sizeOf } from '#shared/model/spec.ts';
import type { Stage } from '../stages.ts';
import { unrolled } from './kernel.ts';

/** `giveBack(region, i, gradient)` of element i of the stage's output. What lies in no pooling window stays zero. */
export function giveBack(stage: Stage): string {
  const passed = stage.relu ? `select(0.0, gradient, arena[region + ${stage.y}u + i] > 0.0)` : 'gradient';
  if (stage.kind === 'maxPool2d' || stage.window === 1) {
    return `
fn giveBack(region: u32, i: u32, gradient: f32) { arena[region + ${stage.dy}u + i] = ${passed}; }
`;
  }
  const { window, output, layer } = stage;
  const [, height, width] = layer.output;
  const plane = sizeOf(output.slice(1));
  return `
fn giveBack(region: u32, i: u32, gradient: f32) {
  let passed = ${passed};
  let taken = u32(arena[region + ${stage.where}u + i]);
  let row = i / ${plane}u * ${height}u + i % ${plane}u / ${output[2]}u * ${window}u;
  let corner = region + ${stage.dy}u + row * ${width}u + i % ${output[2]}u * ${window}u;
${unrolled(window * window, (at) => {
  const offset = Math.floor(at / window) * width + (at % window);
  return `  arena[corner + ${offset}u] = select(0.0, passed, taken == ${at}u);`;
})}
}
`;
}
