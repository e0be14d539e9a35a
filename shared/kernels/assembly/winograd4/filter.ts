/** @file The filter transform of Winograd's F(4×4, 3×3), block by block. convolution.ts has the matrices. */
import { WINOGRAD4_TILES } from '../../constants';
import { phasesOf, tapsOf } from '../phases';
import { Operation } from '../plan';

/**
 * Returns the bytes from position to position of a transform with `lines` lines of `line` bytes: an odd number of cache lines, which maps the
 * positions to different cache sets.
 */
@inline
export function positionOf(lines: i32, line: usize): usize {
  return (((<usize>lines * line + 63) >> 6) | 1) << 6;
}

/** Returns how many of `rows` rows of tiles are in work at a time: as many in each band, up to `WINOGRAD4_TILES` tiles. */
@inline
export function bandOf(rows: i32, columns: i32): i32 {
  const most = WINOGRAD4_TILES / columns;
  const bands = (rows + most - 1) / most;
  return (rows + bands - 1) / bands;
}

/** Returns the number of blocks of three taps that cover the filter on a phase, in each direction. The first phase has the most taps. */
@inline
export function blocksOf(op: Operation, phase: i32): i32 {
  return (tapsOf(op, phase) + 2) / 3;
}

/** Returns the number of input channels: one for each block of each phase. */
export function inputsOf(op: Operation): i32 {
  let blocks = 0;
  for (let phase = 0; phase < phasesOf(op); phase++) blocks += blocksOf(op, phase);
  return blocks * blocks * op.inputs;
}

/** Returns the number of input channels of the gradient of the input: one for each block of each channel of dy. */
@inline
export function gradientInputs(op: Operation): i32 {
  return op.outputs * blocksOf(op, 0) * blocksOf(op, 0);
}

/** Bytes of the transformed filter for the output. */
export function filterBytes(op: Operation): usize {
  return 36 * positionOf(op.outputs, <usize>inputsOf(op) << 2);
}

/** u [6, 6, outputs, inputsOf(op)] = G g Gᵀ of the blocks g of w [outputs, inputs, kernelSize, kernelSize]. */
export function f32_conv2d_winograd_filter(op: Operation, u: usize, w: usize): void {
  const phases = phasesOf(op);
  const step = op.stride;
  const position = positionOf(op.outputs, <usize>inputsOf(op) << 2);
  for (let o = 0; o < op.outputs; o++) {
    for (let py = 0; py < phases; py++) {
      for (let px = 0; px < phases; px++) {
        for (let c = 0; c < op.inputs; c++) {
          for (let ky = py; ky < op.kernelSize; ky += 3 * step) {
            for (let kx = px; kx < op.kernelSize; kx += 3 * step) {
              transform(u, position, filterAt(op, w, o, c), op.kernelSize, ky, kx, step);
              u += 4;
            }
          }
        }
      }
    }
  }
}

/** u [6, 6, phases · phases · inputs, gradientInputs(op)] = G g Gᵀ of the blocks g of w, whose taps are in reverse order. */
export function f32_conv2d_winograd_turn(op: Operation, u: usize, w: usize): void {
  const phases = phasesOf(op);
  const blocks = blocksOf(op, 0);
  const last = (tapsOf(op, 0) - 1) * op.stride;
  const step = -op.stride;
  const position = positionOf(phases * phases * op.inputs, <usize>gradientInputs(op) << 2);
  for (let py = 0; py < phases; py++) {
    for (let px = 0; px < phases; px++) {
      for (let c = 0; c < op.inputs; c++) {
        for (let o = 0; o < op.outputs; o++) {
          for (let by = 0; by < blocks; by++) {
            for (let bx = 0; bx < blocks; bx++) {
              const ky = py + last + 3 * by * step;
              const kx = px + last + 3 * bx * step;
              transform(u, position, filterAt(op, w, o, c), op.kernelSize, ky, kx, step);
              u += 4;
            }
          }
        }
      }
    }
  }
}

@inline
function filterAt(op: Operation, w: usize, o: i32, c: i32): usize {
  return w + ((<usize>((o * op.inputs + c) * op.kernelSize * op.kernelSize)) << 2);
}

/** Stores the transform of the block of taps at ky, ky + step, ky + 2 · step; `position` bytes are between its values. */
function transform(u: usize, position: usize, w: usize, edge: i32, ky: i32, kx: i32, step: i32): void {
  for (let i = 0; i < 6; i++) {
    const g0 = columnOf(i, w, edge, ky, kx, step);
    const g1 = columnOf(i, w, edge, ky, kx + step, step);
    const g2 = columnOf(i, w, edge, ky, kx + 2 * step, step);
    for (let j = 0; j < 6; j++) {
      store<f32>(u, filterRow(j, g0, g1, g2));
      u += position;
    }
  }
}

/** Returns row i of G times a column of a block. */
@inline
function columnOf(i: i32, w: usize, edge: i32, ky: i32, kx: i32, step: i32): f32 {
  return filterRow(i, tapAt(w, edge, ky, kx), tapAt(w, edge, ky + step, kx), tapAt(w, edge, ky + 2 * step, kx));
}

/** Returns the weight of a tap, or 0 outside the filter. */
@inline
function tapAt(w: usize, edge: i32, ky: i32, kx: i32): f32 {
  const isInside = ky >= 0 && ky < edge && kx >= 0 && kx < edge;
  return isInside ? load<f32>(w + ((<usize>(ky * edge + kx)) << 2)) : 0;
}

/** Returns row i of G times a column. */
@inline
function filterRow(i: i32, a: f32, b: f32, c: f32): f32 {
  if (i == 0) return 0.25 * a;
  if (i == 5) return c;
  if (i < 3) return (i == 1 ? a + b + c : a - b + c) * <f32>(-1.0 / 6);
  const ends = (a + 4 * c) * <f32>(1.0 / 24);
  return i == 3 ? ends + b * <f32>(1.0 / 12) : ends - b * <f32>(1.0 / 12);
}
