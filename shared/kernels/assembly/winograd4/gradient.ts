/**
 * @file The gradient of the filter by Winograd's F(4×4, 3×3): Gᵀ [Σ (A e Aᵀ) ⊙ (Bᵀ d B)] G, where the sum runs over the tiles e of 4×4
 * gradients of the output and d of 6×6 inputs of all images of a slice (convolution.ts has the matrices).
 */
import { WINOGRAD4_LINE, WINOGRAD4_TILES } from '../../constants';
import { phaseBytes } from '../conv2d';
import { aboveOf, phasesOf, toPhases, toPlanes } from '../phases';
import { Operation } from '../plan';
import { VECTOR } from '../simd';
import { f32_planes_sum } from '../taps-gradient';
import { multiply } from '../winograd/multiply';
import { inputOffsets } from './convolution';
import { bandOf, inputsOf, positionOf } from './filter';
import { TRANSFORM_BYTES, transformGradient, transformInputByTile } from './transform';

/** Bytes from tile to tile and from filter to filter: a float for each input channel, in whole vectors, and a vector more. */
@inline
function lineOf(inputs: i32): usize {
  return ((<usize>(inputs + 3) & ~3) << 2) + VECTOR;
}

/**
 * dw [outputs, inputs, kernelSize, kernelSize] = the gradient of the filter, and db [outputs] += that of the bias, from dy and x of images
 * that are `imageBytes` apart.
 * @param scratch as `scratchOf` in shared/kernels/scratch.ts
 */
export function f32_conv2d_winograd_grad_filter(
  op: Operation,
  dw: usize,
  db: usize,
  dy: usize,
  x: usize,
  images: i32,
  imageBytes: usize,
  scratch: usize,
): void {
  const inputs = inputsOf(op);
  const line = lineOf(inputs);
  const planes = scratch + phaseBytes(op);
  const offsets = planes + <usize>op.outputs * op.phasePlane;
  const work = offsets + ((<usize>inputs) << 2);
  const e = work + 2 * TRANSFORM_BYTES;
  const ePosition = positionOf(op.outputs, WINOGRAD4_LINE);
  const vPosition = positionOf(WINOGRAD4_TILES, line);
  const position = positionOf(op.outputs, line);
  const v = e + 36 * ePosition;
  const sums = v + 36 * vPosition;
  const columns = (op.yWidth + 3) >> 2;
  const rows = (op.yHeight + 3) >> 2;
  const together = bandOf(rows, columns);
  inputOffsets(op, offsets);
  memory.fill(sums, 0, 36 * position);
  for (let i = 0; i < images; i++) {
    const first = planes + aboveOf(op);
    toPhases(op, scratch, x + <usize>i * imageBytes, op.inputs);
    toPlanes(op, planes, dy + <usize>i * imageBytes, op.outputs);
    f32_planes_sum(db, first, op.outputs, op.phasePlane, <usize>op.yHeight * op.phaseRow);
    for (let row = 0; row < rows; row += together) {
      const some = min(together, rows - row);
      const at = <usize>(4 * row) * op.phaseRow;
      transformInputByTile(v, vPosition, scratch + at, offsets, inputs, some, columns, op.phaseRow, line, work);
      transformGradient(e, ePosition, first + at, op.outputs, some, columns, op.phaseRow, op.phasePlane, work);
      const tiles = some * columns;
      multiply(sums, e, v, tiles, op.outputs, inputs, 36, line, WINOGRAD4_LINE, ePosition, vPosition, position, true);
    }
  }
  storeFilter(op, dw, sums, line, position, work);
}

/** dw = Gᵀ m G of the sums m [6, 6, outputs, inputsOf(op)], four input channels at a time. */
function storeFilter(op: Operation, dw: usize, sums: usize, line: usize, position: usize, work: usize): void {
  const phases = phasesOf(op);
  const step = op.stride;
  for (let o = 0; o < op.outputs; o++) {
    let lane = 4;
    let at = sums + <usize>o * line;
    for (let py = 0; py < phases; py++) {
      for (let px = 0; px < phases; px++) {
        for (let c = 0; c < op.inputs; c++) {
          const w = dw + ((<usize>((o * op.inputs + c) * op.kernelSize * op.kernelSize)) << 2);
          for (let ky = py; ky < op.kernelSize; ky += 3 * step) {
            for (let kx = px; kx < op.kernelSize; kx += 3 * step) {
              if (lane == 4) {
                transformSums(work, at, position);
                at += VECTOR;
                lane = 0;
              }
              storeBlock(op, w, work + ((<usize>lane) << 2), ky, kx);
              lane++;
            }
          }
        }
      }
    }
  }
}

/** Stores a block of taps from the lane of nine vectors, without the taps beyond the filter. */
@inline
function storeBlock(op: Operation, w: usize, block: usize, ky: i32, kx: i32): void {
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const y = ky + i * op.stride;
      const x = kx + j * op.stride;
      if (y < op.kernelSize && x < op.kernelSize) {
        store<f32>(w + ((<usize>(y * op.kernelSize + x)) << 2), load<f32>(block + <usize>(3 * i + j) * VECTOR));
      }
    }
  }
}

/** to [3, 3] = Gᵀ m G of four channels. `position` bytes are between the positions of m. */
function transformSums(to: usize, m: usize, position: usize): void {
  const columns = to + 9 * VECTOR;
  for (let j = 0; j < 6; j++) {
    gather(columns + <usize>j * VECTOR, 6 * VECTOR, m + <usize>j * position, 6 * position);
  }
  for (let i = 0; i < 3; i++) gather(to + <usize>(3 * i) * VECTOR, VECTOR, columns + <usize>i * (6 * VECTOR), VECTOR);
}

/** Stores Gᵀ times a column of six vectors, which are `step` bytes apart. */
@inline
function gather(to: usize, toStep: usize, m: usize, step: usize): void {
  const m1 = v128.load(m + step);
  const m2 = v128.load(m + 2 * step);
  const m3 = v128.load(m + 3 * step);
  const m4 = v128.load(m + 4 * step);
  const plus = f32x4.mul(f32x4.add(m1, m2), f32x4.splat(<f32>(-1.0 / 6)));
  const minus = f32x4.mul(f32x4.sub(m2, m1), f32x4.splat(<f32>(1.0 / 6)));
  const plus2 = f32x4.mul(f32x4.add(m3, m4), f32x4.splat(<f32>(1.0 / 24)));
  const minus2 = f32x4.mul(f32x4.sub(m3, m4), f32x4.splat(<f32>(1.0 / 12)));
  v128.store(to, f32x4.add(f32x4.mul(v128.load(m), f32x4.splat(0.25)), f32x4.add(plus, plus2)));
  v128.store(to + toStep, f32x4.add(minus, minus2));
  v128.store(to + 2 * toStep, f32x4.add(f32x4.add(plus, f32x4.mul(plus2, f32x4.splat(4))), v128.load(m + 5 * step)));
}
