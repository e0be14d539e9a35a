/**
 * @file Convolution with any filter, stride and padding, for one image: its output, and the gradients of its input, filter and bias.
 *
 * On the planes of phases.ts, all three are sums over taps of a vector of adjacent floats times one weight (taps.ts, taps-gradient.ts). A
 * convolution with stride 1 and without padding needs no copy of its input, which then has rows of `phaseRow` bytes already.
 */
import { CONV2D } from '../constants';
import { aboveOf, endOf, firstOf, fromPhase, fromPlane, phasesOf, tapsOf, toPhases, toPlanes } from './phases';
import { Operation } from './plan';
import { multiplyTaps } from './taps';
import { f32_planes_sum, f32_taps_grad } from './taps-gradient';

/** Returns whether x serves as its own phase. */
@inline
function isPlain(op: Operation): bool {
  return op.kind == CONV2D && op.stride == 1 && op.yHeight == op.height - op.kernelSize + 1;
}

@inline
function tapCount(op: Operation): i32 {
  return op.inputs * op.kernelSize * op.kernelSize;
}

/** Writes the offsets of the taps [inputs, kernelSize, kernelSize], in bytes from the first phase of the input. */
function tapOffsets(op: Operation, taps: usize): void {
  const phases = phasesOf(op);
  const plane = isPlain(op) ? op.xPlane : op.phasePlane;
  for (let c = 0; c < op.inputs; c++) {
    for (let ky = 0; ky < op.kernelSize; ky++) {
      for (let kx = 0; kx < op.kernelSize; kx++) {
        const phase = (ky % op.stride) * phases + (kx % op.stride);
        const at = <usize>(ky / op.stride) * op.phaseRow + ((<usize>(kx / op.stride)) << 2);
        store<usize>(taps, <usize>(phase * op.inputs + c) * plane + at);
        taps += 4;
      }
    }
  }
}

/** Returns the bytes of an output plane with rows of `phaseRow` bytes. */
@inline
function outputBytes(op: Operation): usize {
  return <usize>(op.yHeight - 1) * op.phaseRow + ((<usize>op.yWidth) << 2);
}

/** Bytes of the phases of the input, if they are copied. */
@inline
export function phaseBytes(op: Operation): usize {
  const phases = phasesOf(op);
  return isPlain(op) ? 0 : <usize>(phases * phases * op.inputs) * op.phasePlane;
}

/**
 * y [outputs] = conv(x [inputs], w [outputs, inputs, kernelSize, kernelSize]) + bias [outputs]; with op.relu, the maximum of that and 0.
 * @param scratch the phases of x, two planes, and 4 bytes for each tap
 */
export function f32_conv2d(op: Operation, y: usize, x: usize, w: usize, bias: usize, scratch: usize): void {
  const results = scratch + phaseBytes(op);
  const taps = results + 2 * op.phasePlane;
  const weights = (<usize>tapCount(op)) << 2;
  tapOffsets(op, taps);
  if (!isPlain(op)) {
    toPhases(op, scratch, x, op.inputs);
    x = scratch;
  }
  for (let o = 0; o < op.outputs; o += 2) {
    // The last channel of an odd number is computed twice.
    const second = min(o + 1, op.outputs - 1);
    const w0 = w + <usize>o * weights;
    const w1 = w + <usize>second * weights;
    const bias0 = load<f32>(bias + ((<usize>o) << 2));
    const bias1 = load<f32>(bias + ((<usize>second) << 2));
    multiplyTaps(results, results + op.phasePlane, x, w0, w1, bias0, bias1, taps, tapCount(op), 0, outputBytes(op));
    fromPlane(op, y + <usize>o * op.yPlane, results, op.phaseRow, op.yHeight);
    if (second > o) fromPlane(op, y + <usize>second * op.yPlane, results + op.phasePlane, op.phaseRow, op.yHeight);
  }
}

/**
 * wt = w [outputs, inputs, kernelSize, kernelSize] in the order in which the gradient of the input needs it: for each phase, its taps
 * [inputs, outputs, taps, taps].
 */
export function f32_conv2d_turn(op: Operation, wt: usize, w: usize): void {
  const phases = phasesOf(op);
  const edge = op.kernelSize;
  for (let py = 0; py < phases; py++) {
    for (let px = 0; px < phases; px++) {
      for (let c = 0; c < op.inputs; c++) {
        for (let o = 0; o < op.outputs; o++) {
          for (let ky = py; ky < edge; ky += op.stride) {
            for (let kx = px; kx < edge; kx += op.stride) {
              store<f32>(wt, load<f32>(w + ((<usize>(((o * op.inputs + c) * edge + ky) * edge + kx)) << 2)));
              wt += 4;
            }
          }
        }
      }
    }
  }
}

/**
 * Adds the gradients of the filter and the bias to dw [outputs, inputs, kernelSize, kernelSize] and db [outputs], and computes dx [inputs]
 * unless it is 0, from dy [outputs] and x [inputs].
 *
 * @param wt the filter as written by `f32_conv2d_turn`
 * @param mask planes in the layout of dx, or 0 for none: dx is zero where they are not positive
 * @param scratch the phases of x, a plane for each output channel, two planes, and 4 bytes for each tap of all input or output channels
 */
export function f32_conv2d_grad(
  op: Operation,
  dw: usize,
  db: usize,
  dx: usize,
  dy: usize,
  x: usize,
  wt: usize,
  mask: usize,
  scratch: usize,
): void {
  const planes = scratch + phaseBytes(op);
  const results = planes + <usize>op.outputs * op.phasePlane;
  const taps = results + 2 * op.phasePlane;
  tapOffsets(op, taps);
  if (!isPlain(op)) {
    toPhases(op, scratch, x, op.inputs);
    x = scratch;
  }
  toPlanes(op, planes, dy, op.outputs);
  const first = planes + aboveOf(op);
  f32_planes_sum(db, first, op.outputs, op.phasePlane, outputBytes(op));
  f32_taps_grad(dw, first, x, taps, tapCount(op), op.outputs, op.phasePlane, outputBytes(op));
  if (dx) inputGradient(op, dx, first, wt, mask, results, taps);
}

/** Computes dx phase by phase: each is a convolution of dy [outputs], planes with zeros around them, with the taps of the phase. */
function inputGradient(op: Operation, dx: usize, dy: usize, wt: usize, mask: usize, results: usize, taps: usize): void {
  const phases = phasesOf(op);
  for (let py = 0; py < phases; py++) {
    for (let px = 0; px < phases; px++) {
      let count = 0;
      for (let o = 0; o < op.outputs; o++) {
        for (let ty = 0; ty < tapsOf(op, py); ty++) {
          for (let tx = 0; tx < tapsOf(op, px); tx++) {
            const at = <usize>ty * op.phaseRow + ((<usize>tx) << 2);
            store<usize>(taps + ((<usize>count) << 2), <usize>o * op.phasePlane - at);
            count++;
          }
        }
      }
      const first = firstOf(op, py);
      const end = endOf(op, op.height, py);
      const from = <usize>first * op.phaseRow;
      const weights = (<usize>count) << 2;
      for (let c = 0; c < op.inputs; c += 2) {
        const second = min(c + 1, op.inputs - 1);
        const at0 = <usize>c * op.xPlane;
        const at1 = <usize>second * op.xPlane;
        const w0 = wt + <usize>c * weights;
        const w1 = wt + <usize>second * weights;
        multiplyTaps(results, results + op.phasePlane, dy, w0, w1, 0, 0, taps, count, from, <usize>end * op.phaseRow);
        fromPhase(op, dx + at0, results + from, op.phaseRow, first, end, py, px, mask ? mask + at0 : 0);
        if (second > c) fromPhase(op, dx + at1, results + op.phasePlane + from, op.phaseRow, first, end, py, px, mask ? mask + at1 : 0);
      }
      wt += <usize>op.inputs * weights;
    }
  }
}
