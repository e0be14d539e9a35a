/** @file The kernels of a max pooling that is not fused into a convolution. Its windows may have any size and stride, and may overlap. */
import { sizeOf } from '#shared/model/spec.ts';
import type { PoolStage, Stage } from '../stages.ts';
import { backpropagate } from './backpropagate.wgsl.ts';
import { inputReader } from './common.wgsl.ts';
import { type Kernel, LANES } from './kernel.ts';

/** One thread computes one window. Of equal values it takes the first one, as PyTorch does. */
export function poolForward(stage: PoolStage): Kernel {
  const { layer, output } = stage;
  const { kernelSize, stride } = layer;
  const [, height, width] = output;
  const [, inHeight, inWidth] = layer.input;
  const value = stage.relu ? 'select(largest, 0.0, largest < 0.0)' : 'largest';
  const code = `
${inputReader(stage.x)}
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let step = steps[id.z];
  let index = groupOf(id) * ${LANES}u + lane;
  let n = index / ${sizeOf(output)}u;
  if (n >= step.count) { return; }
  let i = index % ${sizeOf(output)}u;
  let origin = xOf(step, n);
  let plane = i / ${height * width}u * ${inHeight * inWidth}u;
  let corner = i % ${height * width}u / ${width}u * ${stride * inWidth}u + i % ${width}u * ${stride}u;
  var taken = corner;
  var largest = x(origin, plane + corner);
  for (var ky = 0u; ky < ${kernelSize}u; ky++) {
    for (var kx = 0u; kx < ${kernelSize}u; kx++) {
      let at = corner + ky * ${inWidth}u + kx;
      let value = x(origin, plane + at);
      if (value > largest) { largest = value; taken = at; }
    }
  }
  let region = regionOf(step, n);
  arena[region + ${stage.y}u + i] = ${value};
  arena[region + ${stage.argmax}u + i] = f32(taken);
}
`;
  return { label: `${layer.name} forward`, code, groups: groupsOf(sizeOf(output)) };
}

/** One thread computes the gradient of one input element: the sum over all windows whose maximum it is. */
export function poolBackward(stage: PoolStage, previous: Stage): Kernel {
  const { layer, output } = stage;
  const { kernelSize, stride } = layer;
  const [, height, width] = output;
  const [, inHeight, inWidth] = layer.input;
  // WGSL of the first window that contains a row or column, and of the window behind the last one.
  const first = (at: string) =>
    `(max(${at}, ${kernelSize - 1}u) - ${kernelSize - 1}u + ${stride - 1}u) / ${stride}u`;
  const end = (at: string, size: number) => `min(${at} / ${stride}u + 1u, ${size}u)`;
  const code = `
${backpropagate(previous)}
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let step = steps[id.z];
  let index = groupOf(id) * ${LANES}u + lane;
  let n = index / ${sizeOf(layer.input)}u;
  if (n >= step.count) { return; }
  let i = index % ${sizeOf(layer.input)}u;
  let at = i % ${inHeight * inWidth}u;
  let y = at / ${inWidth}u;
  let x = at % ${inWidth}u;
  let region = regionOf(step, n);
  let plane = region + i / ${inHeight * inWidth}u * ${height * width}u;
  var gradient = 0.0;
  for (var wy = ${first('y')}; wy < ${end('y', height)}; wy++) {
    for (var wx = ${first('x')}; wx < ${end('x', width)}; wx++) {
      let window = plane + wy * ${width}u + wx;
      if (u32(arena[window + ${stage.argmax}u]) == at) { gradient += arena[window + ${stage.dy}u]; }
    }
  }
  backpropagate(region, i, gradient);
}
`;
  return { label: `${layer.name} backward`, code, groups: groupsOf(sizeOf(layer.input)) };
}

const groupsOf = (size: number) => (count: number) => Math.ceil((count * size) / LANES);
