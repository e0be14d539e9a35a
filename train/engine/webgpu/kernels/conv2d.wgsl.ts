/** @file The two kernels of a convolution: forward with ReLU and pooling, and backward to its input, filters and biases. */
import { paddingOf, sizeOf } from '#shared/model/spec.ts';
import type { ConvStage, Stage } from '../stages.ts';
import { backpropagate } from './backpropagate.wgsl.ts';
import { inputReader } from './common.wgsl.ts';
import { type Correlation, correlation, storeEach } from './correlation.wgsl.ts';
import { filterGradient } from './filter-gradient.wgsl.ts';
import { type Kernel, LANES, unrolled } from './kernel.ts';

/** Edge of a tile without a pooling. With one, a tile is a pooling window. */
const TILE = 2;

export function convForward(stage: ConvStage): Kernel {
  const { layer, window, parameters } = stage;
  const { inChannels, outChannels, kernelSize, stride } = layer;
  const tile = window > 1 ? window : TILE;
  const rectified = (value: string) => (stage.relu ? `select(${value}, 0.0, ${value} < 0.0)` : value);
  const { code, groups } = correlation({
    name: 'forward',
    from: layer.input,
    to: layer.output,
    ...{ kernelSize, stride, dilation: 1, before: paddingOf(layer)[0], tile, whole: window > 1 },
    originOf: 'xOf(step, n)',
    read: (i) => `x(origin, ${i})`,
    weight: (o, c, ky, kx) =>
      `${parameters}u + ((${o} * ${inChannels}u + ${c}) * ${kernelSize}u + ${ky}) * ${kernelSize}u + ${kx}u`,
    initial: (o) =>
      `parameters[step.parameters + ${parameters + sizeOf([outChannels, inChannels, kernelSize, kernelSize])}u + ${o}]`,
    store:
      window > 1
        ? storePooled(stage, rectified)
        : storeEach(
            layer.output,
            tile,
            (i, sum) => `arena[region + ${stage.y}u + ${i}] = ${rectified(sum)};`,
          ),
  });
  return { label: `${layer.name} forward`, code: inputReader(stage.x) + code + entry('forward'), groups };
}

/** Returns WGSL that stores the maximum of a window and its index. Of equal values it takes the first one, as PyTorch does. */
function storePooled(
  { window, output, y, argmax }: ConvStage,
  rectified: (value: string) => string,
): Correlation['store'] {
  const [, height, width] = output;
  return (out, sum) => `
    var taken = 0u;
    var largest = ${sum(0, 0)};
${unrolled(window * window - 1, (i) => {
  const value = sum(Math.floor((i + 1) / window), (i + 1) % window);
  return `    if (${value} > largest) { largest = ${value}; taken = ${i + 1}u; }`;
})}
    let at = region + (${out} * ${height}u + u32(top) / ${window}u) * ${width}u + u32(left) / ${window}u;
    arena[at + ${y}u] = ${rectified('largest')};
    arena[at + ${argmax}u] = f32(taken);`;
}

/** @param previous the stage that computed the input; undefined if the input is the pixels, which need no gradient */
export function convBackward(stage: ConvStage, previous: Stage | undefined): Kernel {
  const { layer, parameters } = stage;
  const { inChannels, kernelSize, stride } = layer;
  const label = `${layer.name} backward`;
  const filters = filterGradient(stage);
  const read = inputReader(stage.x);
  if (!previous)
    return { label, code: read + filters.code + entry('filterGradient'), groups: filters.groups };
  // The gradient of the input is the correlation of the output's gradient with the filters rotated by 180°.
  const last = kernelSize - 1;
  const input = correlation({
    name: 'inputGradient',
    from: layer.output,
    to: layer.input,
    ...{
      kernelSize,
      stride: 1,
      dilation: stride,
      before: last - paddingOf(layer)[0],
      tile: TILE,
      whole: false,
    },
    originOf: `regionOf(step, n) + ${stage.dy}u`,
    read: (i) => `arena[origin + ${i}]`,
    weight: (c, o, ky, kx) =>
      `${parameters}u + ((${o} * ${inChannels}u + ${c}) * ${kernelSize}u + ${last}u - ${ky}) * ${kernelSize}u + ${last - kx}u`,
    initial: () => '0.0',
    store: storeEach(layer.input, TILE, (i, sum) => `backpropagate(region, ${i}, ${sum});`),
  });
  // One dispatch computes both: with two, most processors would idle while the last workgroups of the first one finish.
  const code = `
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let step = steps[id.z];
  let group = groupOf(id);
  let inputGroups = ${input.groupsOf};
  if (group < inputGroups) { inputGradient(step, group, lane); } else { filterGradient(step, group - inputGroups, lane); }
}
`;
  return {
    label,
    code: read + backpropagate(previous) + input.code + filters.code + code,
    groups: (count) => input.groups(count) + filters.groups(count),
  };
}

/** Returns the entry point of a kernel that calls one function. */
const entry = (name: string): string => `
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  ${name}(steps[id.z], groupOf(id), lane);
}
`;
