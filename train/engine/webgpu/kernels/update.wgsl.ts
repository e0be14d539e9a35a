/**
 * @file The kernel of the optimizer, which updates one parameter per thread and computes the mean loss. A thread first adds up its gradient,
 * over the images of the batch for a linear layer and over the slices for a convolution. These sums therefore need no dispatch.
 */
import { sizeOf } from '#shared/model/spec.ts';
import { bufferNames, type Optimizer } from '../../optimizer.ts';
import type { ConvStage, HeadLayer, Stages } from '../stages.ts';
import { inputReader } from './common.wgsl.ts';
import { type Kernel, LANES } from './kernel.ts';

export function update(plan: Stages, optimizer: Optimizer): Kernel {
  const { head, stages, parameters, loss } = plan;
  const updates = Math.ceil(parameters / LANES);
  const layers = [
    ...stages.flatMap((stage) => (stage.kind === 'conv2d' ? [convGradient(stage)] : [])),
    ...head.map(linearGradient),
  ];
  const code = `
${inputReader(head[0]?.x)}
fn gradientOf(step: Step, p: u32) -> f32 {
  var gradient = 0.0;
${layers.join(' else ')}
  return gradient;
}

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let step = steps[id.z];
  let group = groupOf(id);
  if (step.count == 0u) { return; }
  if (group == ${updates}u) {
    if (lane > 0u) { return; }
    var total = 0.0;
    for (var n = 0u; n < step.count; n++) { total += arena[regionOf(step, n) + ${loss}u]; }
    results[step.result] = total / f32(step.count);
    return;
  }
  let p = group * ${LANES}u + lane;
  if (p >= ${parameters}u) { return; }
  let at = step.parameters + p;
  let weight = parameters[at];
  let gradient = fma(step.weightDecay, weight, gradientOf(step, p));
${RULES[updateRule(optimizer)](parameters)}${optimizer.averaging > 0 ? average(parameters, bufferNames(optimizer).length) : ''}
}
`;
  return { label: ruleOf(optimizer), code, groups: () => updates + 1 };
}

/** Returns the name of the optimizer's kernel. Replicas of a group share the kernel and may differ in coefficients. */
export const ruleOf = (optimizer: Optimizer): string =>
  `${updateRule(optimizer)}${optimizer.averaging > 0 ? ' with an average' : ''}`;

const updateRule = (optimizer: Optimizer) =>
  optimizer.kind === 'sgd' ? (optimizer.momentum > 0 ? 'sgd with momentum' : 'sgd') : 'adam';

/** The rules of engine/optimizer.ts in WGSL. Each buffer of the optimizer follows the `size` parameters and has as many values. */
const RULES = {
  sgd: () => '  parameters[at] = weight - step.learningRate * gradient;',
  'sgd with momentum': (size: number) => `
  let velocity = fma(step.momentum, parameters[at + ${size}u], gradient);
  parameters[at + ${size}u] = velocity;
  parameters[at] = weight - step.learningRate * velocity;`,
  adam: (size: number) => `
  let mean = fma(step.beta1, parameters[at + ${size}u], step.rest1 * gradient);
  let square = fma(step.beta2, parameters[at + ${2 * size}u], step.rest2 * gradient * gradient);
  parameters[at + ${size}u] = mean;
  parameters[at + ${2 * size}u] = square;
  parameters[at] = step.keep * weight - step.learningRate * mean / (sqrt(square) / step.correction + step.epsilon);`,
};

/** Returns WGSL that adds the new weight to its average, in the last of the buffers. */
const average = (size: number, buffers: number): string => `
  let kept = step.averaging * parameters[at + ${buffers * size}u];
  parameters[at + ${buffers * size}u] = fma(1.0 - step.averaging, parameters[at], kept);`;

const convGradient = ({ layer, parameters, partial, slice }: ConvStage): string => `
  if (p < ${parameters + layer.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)}u) {
    for (var n = 0u; n < step.count; n += ${slice}u) { gradient += arena[regionOf(step, n) + ${partial}u + p - ${parameters}u]; }
  }`;

function linearGradient({ layer, parameters, dy, x }: HeadLayer, l: number): string {
  const { inFeatures, outFeatures } = layer;
  const weights = parameters + inFeatures * outFeatures;
  const read = l === 0 ? 'x(xOf(step, n), i)' : `arena[regionOf(step, n) + ${x}u + i]`;
  return `
  if (p < ${weights}u) {
    let o = (p - ${parameters}u) / ${inFeatures}u;
    let i = (p - ${parameters}u) % ${inFeatures}u;
    for (var n = 0u; n < step.count; n++) { gradient = fma(arena[regionOf(step, n) + ${dy}u + o], ${read}, gradient); }
  } else if (p < ${weights + outFeatures}u) {
    for (var n = 0u; n < step.count; n++) { gradient += arena[regionOf(step, n) + ${dy}u + p - ${weights}u]; }
  }`;
}
