/**
 * @file The kernels of the head: the linear layers at the end, the loss, and the gradients back to the head's input. One workgroup computes
 * one image, so all of it is one dispatch. The gradients of the parameters are sums over images; the optimizer's kernel computes them
 * (update.wgsl.ts).
 */
import type { Linear } from '#shared/model/forward.ts';
import type { HeadLayer, Stage, Stages } from '../stages.ts';
import { backpropagate } from './backpropagate.wgsl.ts';
import { inputReader } from './common.wgsl.ts';
import { type Kernel, LANES } from './kernel.ts';

/** Most threads of a workgroup, which every GPU supports. */
const MOST_THREADS = 256;
/** Least products of a sum that one thread adds up. */
const PRODUCTS = 4;

export function headForward(plan: Stages): Kernel {
  const threads = threadsOf(plan);
  const body = forward(plan, threads) + giveLogits(plan, threads);
  return { label: 'logits', code: shared(plan, threads) + main(threads, body), groups: (count) => count };
}

export function headStep(plan: Stages): Kernel {
  const threads = threadsOf(plan);
  const last = plan.stages.at(-1);
  const body = forward(plan, threads) + loss(plan, threads) + backward(plan.head, last, threads);
  const code = shared(plan, threads) + (last ? backpropagate(last) : '') + main(threads, body);
  return { label: 'head and loss', code, groups: (count) => count };
}

/** Returns the threads that the widest layer can use, as a multiple of LANES. */
function threadsOf({ head, classes }: Stages): number {
  const widest = Math.max(
    classes,
    ...head.map(({ layer: { inFeatures, outFeatures } }) => Math.max(inFeatures, outFeatures)),
  );
  return Math.min(MOST_THREADS, Math.ceil(widest / LANES) * LANES);
}

/** Returns how many threads share a sum; a power of two. */
function sharing({ inFeatures, outFeatures }: Linear, threads: number): number {
  const most = Math.min(threads / outFeatures, inFeatures / PRODUCTS);
  return 2 ** Math.max(0, Math.floor(Math.log2(most)));
}

const shared = ({ head }: Stages, threads: number): string => `
${inputReader(head[0]?.x)}
var<workgroup> sums: array<f32, ${threads}>;
`;

const main = (threads: number, body: string): string => `
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let step = steps[id.z];
  let n = groupOf(id);
  if (n >= step.count) { return; }
  let region = regionOf(step, n);
${body}
}
`;

/** Returns WGSL of all layers forward. Some threads share the sum of an output and then add their parts pairwise. */
function forward({ head }: Stages, threads: number): string {
  const layers = head.map(({ layer, relu, y, x, parameters }, l) => {
    const { inFeatures, outFeatures } = layer;
    const parts = sharing(layer, threads);
    const outputs = threads / parts;
    const read = l === 0 ? 'x(origin, i)' : `arena[region + ${x}u + i]`;
    const total = parts > 1 ? addUp(parts) : '    let total = sum;';
    return `
  for (var first = 0u; first < ${outFeatures}u; first += ${outputs}u) {
    let o = first + lane / ${parts}u;
    let part = lane % ${parts}u;
    var sum = 0.0;
    if (o < ${outFeatures}u) {
      let weights = step.parameters + ${parameters}u + o * ${inFeatures}u;
      for (var i = part; i < ${inFeatures}u; i += ${parts}u) { sum = fma(parameters[weights + i], ${read}, sum); }
    }
${total}
    if (part == 0u && o < ${outFeatures}u) {
      let value = total + parameters[step.parameters + ${parameters + inFeatures * outFeatures}u + o];
      arena[region + ${y}u + o] = ${relu ? 'select(value, 0.0, value < 0.0)' : 'value'};
    }
  }
  storageBarrier();`;
  });
  return `${head.length > 0 ? '  let origin = xOf(step, n);' : ''}${layers.join('\n')}`;
}

/** Returns WGSL that adds the sums of `parts` neighbouring threads pairwise. */
const addUp = (parts: number): string => `
    sums[lane] = sum;
    workgroupBarrier();
    for (var half = ${parts / 2}u; half > 0u; half /= 2u) {
      if (part < half) { sums[lane] += sums[lane + half]; }
      workgroupBarrier();
    }
    let total = sums[lane];
    workgroupBarrier();`;

const giveLogits = ({ classes, logits }: Stages, threads: number): string => `
  for (var k = lane; k < ${classes}u; k += ${threads}u) {
    results[step.result + n * ${classes}u + k] = arena[region + ${logits}u + k];
  }`;

/**
 * Returns WGSL of the cross-entropy loss, computed after subtracting the largest logit, and of its gradient, (softmax − target) / batch.
 * Every thread adds up all classes, since they are few.
 */
function loss({ classes, head, logits, loss: place }: Stages, threads: number): string {
  const last = head.at(-1);
  const passed = last?.relu ? 'select(0.0, gradient, logit > 0.0)' : 'gradient';
  return `
  let targets = examples[step.example + n].targets;
  let logits = region + ${logits}u;
  var largest = arena[logits];
  for (var k = 1u; k < ${classes}u; k++) { largest = max(largest, arena[logits + k]); }
  var total = 0.0;
  var expected = 0.0;
  for (var k = 0u; k < ${classes}u; k++) {
    let logit = arena[logits + k];
    total += exp(logit - largest);
    expected += targetOf(targets, k) * logit;
  }
  let even = step.labelSmoothing / ${classes}.0;
  let share = 1.0 - step.labelSmoothing;
  if (lane == 0u) {
    var loss = largest - share * expected + log(total);
    if (even > 0.0) { for (var k = 0u; k < ${classes}u; k++) { loss -= even * arena[logits + k]; } }
    arena[region + ${place}u] = loss;
  }
  for (var k = lane; k < ${classes}u; k += ${threads}u) {
    let logit = arena[logits + k];
    let gradient = (exp(logit - largest) / total - even - share * targetOf(targets, k)) / f32(step.count);
    ${last ? `arena[region + ${last.dy}u + k] = ${passed};` : 'backpropagate(region, k, gradient);'}
  }
  storageBarrier();`;
}

/** Returns WGSL of the gradients from the last layer to the first. The input of the first layer needs one only if a stage computed it. */
function backward(head: readonly HeadLayer[], stage: Stage | undefined, threads: number): string {
  const layers = head.map(({ layer, x, dy, parameters }, l) => {
    const previous = head[l - 1];
    if (!previous && !stage) return '';
    const { inFeatures, outFeatures } = layer;
    const passed = previous?.relu ? `select(0.0, gradient, arena[region + ${x}u + i] > 0.0)` : 'gradient';
    return `
  for (var i = lane; i < ${inFeatures}u; i += ${threads}u) {
    var gradient = 0.0;
    for (var o = 0u; o < ${outFeatures}u; o++) {
      gradient = fma(arena[region + ${dy}u + o], parameters[step.parameters + ${parameters}u + o * ${inFeatures}u + i], gradient);
    }
    ${previous ? `arena[region + ${previous.dy}u + i] = ${passed};` : 'backpropagate(region, i, gradient);'}
  }
  storageBarrier();`;
  });
  return layers.reverse().join('\n');
}
