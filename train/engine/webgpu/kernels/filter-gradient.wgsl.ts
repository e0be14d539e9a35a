/**
 * @file Computes the gradient of a convolution's filters and biases, summed over a slice of the batch. The optimizer's kernel adds the slices
 * in order, so the same step always gives the same bits.
 *
 * A workgroup sums the gradients of four output channels over one input plane. Its threads take the output positions in turn and compute
 * all taps of a position. Their sums are added in two passes: first within each quarter of the threads, then the four quarters.
 */
import { paddingOf, sizeOf } from '#shared/model/spec.ts';
import type { ConvStage } from '../stages.ts';
import { type Kernel, LANES, unrolled } from './kernel.ts';

/** Largest filter that a thread computes whole. Larger ones are divided into rows: a thread has no registers for more sums. */
const WHOLE_FILTER = 3;
/** Output channels of a workgroup, the components of a vec4. */
const OUTPUTS = 4;
/** Sums that are added over the threads at a time. They take 10 KiB of workgroup memory, of which every GPU has 16. */
const CHUNK = 10;
/** Parts of the threads in the first pass of adding. */
const PARTS = 4;

/** Returns the WGSL function `filterGradient(step, group, lane)` and its workgroups. It uses `x` of `inputReader`. */
export function filterGradient(stage: ConvStage): Pick<Kernel, 'code' | 'groups'> {
  const { layer, slice } = stage;
  const { inChannels, outChannels, kernelSize, stride } = layer;
  const [, inHeight, inWidth] = layer.input;
  const [, , outWidth] = layer.output;
  const plane = sizeOf(layer.output.slice(1));
  const [before] = paddingOf(layer);
  const rows = kernelSize <= WHOLE_FILTER ? kernelSize : 1;
  const taps = rows * kernelSize;
  const sums = taps + 1;
  const blocks = Math.ceil(outChannels / OUTPUTS);
  const workgroups = inChannels * blocks * (kernelSize / rows);
  const tap = (t: number) => {
    const [y, x] = [`top + ${Math.floor(t / kernelSize)}`, `left + ${t % kernelSize}`];
    const inside = `(u32(${y}) < ${inHeight}u) & (u32(${x}) < ${inWidth}u)`;
    const value = `x(origin, u32(plane + (${y}) * ${inWidth} + ${x}))`;
    return `    s${t} = fma(d, vec4(select(0.0, ${value}, ${inside})), s${t});`;
  };

  const code = `
var<workgroup> sums: array<vec4<f32>, ${LANES * CHUNK}>;

fn filterGradient(step: Step, group: u32, lane: u32) {
  let first = group / ${workgroups}u * ${slice}u;
  if (first >= step.count) { return; }
  let channel = group % ${inChannels}u;
  let output = group / ${inChannels}u % ${blocks}u * ${OUTPUTS}u;
  let ky = group % ${workgroups}u / ${inChannels * blocks}u * ${rows}u;
  let planes = min(vec4(output) + vec4(0u, 1u, 2u, 3u), vec4(${outChannels - 1}u)) * ${plane}u;
  let plane = i32(channel) * ${inHeight * inWidth};
${unrolled(sums, (i) => `  var s${i} = vec4(0.0);`)}
  for (var i = lane; i < min(${slice}u, step.count - first) * ${plane}u; i += ${LANES}u) {
    let n = first + i / ${plane}u;
    let at = i % ${plane}u;
    let dy = regionOf(step, n) + ${stage.dy}u + at + planes;
    let d = vec4(arena[dy.x], arena[dy.y], arena[dy.z], arena[dy.w]);
    let origin = xOf(step, n);
    let top = i32(at / ${outWidth}u * ${stride}u + ky) - ${before};
    let left = i32(at % ${outWidth}u * ${stride}u) - ${before};
${unrolled(taps, tap)}
    s${taps} += d;
  }
  let partial = regionOf(step, first) + ${stage.partial}u;
${unrolled(Math.ceil(sums / CHUNK), (chunk) => addUp(layer, taps, chunk * CHUNK))}
}
`;
  return { code, groups: (count) => Math.ceil(count / slice) * workgroups };
}

/**
 * Returns WGSL that adds up to CHUNK sums over the threads and stores them. The total of a part overwrites the value of its first thread.
 * @param taps number of taps that a thread computes; the sum behind them is the gradient of the bias
 * @param first index of the first sum
 */
function addUp({ inChannels, outChannels, kernelSize }: ConvStage['layer'], taps: number, first: number) {
  const width = Math.min(CHUNK, taps + 1 - first);
  const part = (LANES / PARTS) * width;
  return `
${unrolled(width, (i) => `  sums[lane * ${width}u + ${i}u] = s${first + i};`)}
  workgroupBarrier();
  for (var i = lane; i < ${PARTS * width}u; i += ${LANES}u) {
    let at = i / ${width}u * ${part}u + i % ${width}u;
    var total = sums[at];
    for (var j = 1u; j < ${LANES / PARTS}u; j++) { total += sums[at + j * ${width}u]; }
    sums[at] = total;
  }
  workgroupBarrier();
  if (lane < ${width}u) {
    var total = sums[lane];
    for (var j = 1u; j < ${PARTS}u; j++) { total += sums[j * ${part}u + lane]; }
    let tap = lane + ${first}u;
    for (var o = output; o < min(output + ${OUTPUTS}u, ${outChannels}u); o++) {
      if (tap < ${taps}u) {
        arena[partial + ((o * ${inChannels}u + channel) * ${kernelSize}u + ky) * ${kernelSize}u + tap] = total[o - output];
      } else if (channel == 0u && ky == 0u) {
        arena[partial + ${outChannels * inChannels * kernelSize ** 2}u + o] = total[o - output];
      }
    }
  }
  workgroupBarrier();`;
}
