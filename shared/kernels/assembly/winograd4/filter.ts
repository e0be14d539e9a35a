/** @file The filter transform of Winograd's convolution in tiles of 4×4, block by block. convolution.ts has the matrices. */
import { SHIFTED_LINE, SHIFTED_TILES, WINOGRAD4_LINE, WINOGRAD4_TILES } from '../../constants';
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

/** Returns the edge of a tile of inputs. The build for inference has tiles of 6 only, which keeps it small. */
@inline
export function tileOf(op: Operation): i32 {
  return ASC_FEATURE_THREADS ? op.tile : 6;
}

/** Returns the edge of a block of taps. */
@inline
export function blockOf(op: Operation): i32 {
  return tileOf(op) - 3;
}

/** Returns the number of blocks that read each other's tiles, in each direction. */
@inline
export function shiftsOf(op: Operation): i32 {
  return ASC_FEATURE_THREADS && op.tile > 6 ? (tapsOf(op, 0) + blockOf(op) - 1) / blockOf(op) : 1;
}

/** Returns the bytes from one channel's transformed tiles to the next. */
@inline
export function lineOf(tile: i32): usize {
  return tile == 7 ? SHIFTED_LINE : WINOGRAD4_LINE;
}

/** Returns how many of `rows` rows of tiles are in work at a time: up to `WINOGRAD4_TILES` tiles, or `SHIFTED_TILES` with further rows. */
@inline
export function bandOf(rows: i32, columns: i32, shifts: i32): i32 {
  let most = WINOGRAD4_TILES / columns;
  if (shifts > 1) most = min(most, SHIFTED_TILES / columns - (shifts - 1));
  return min(rows, most);
}

/** Returns the number of taps on a phase that are covered by blocks with tiles of their own, one after the other; 1 for a single block. */
@inline
export function separateTaps(op: Operation, phase: i32): i32 {
  return tileOf(op) > 6 ? 1 : tapsOf(op, phase);
}

/**
 * Returns the number of blocks with tiles of their own that cover the filter on a phase, in each direction. The first phase has the most taps.
 */
@inline
export function blocksOf(op: Operation, phase: i32): i32 {
  return tileOf(op) > 6 ? 1 : (tapsOf(op, phase) + 2) / 3;
}

/** Returns the number of input channels: one for each block with tiles of its own of each phase. */
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
  return <usize>(tileOf(op) * tileOf(op)) * filterPosition(op, op.outputs, inputsOf(op));
}

/** Returns the bytes from position to position of a transformed filter [shifts, shifts, outputs, inputs]. */
@inline
export function filterPosition(op: Operation, outputs: i32, inputs: i32): usize {
  return positionOf(shiftsOf(op) * shiftsOf(op) * outputs, (<usize>inputs) << 2);
}

/** u [tile, tile, shifts, shifts, outputs, inputsOf(op)] = G g Gᵀ of the blocks g of w [outputs, inputs, kernelSize, kernelSize]. */
export function f32_conv2d_winograd_filter(op: Operation, u: usize, w: usize): void {
  const shifts = shiftsOf(op);
  if (shifts == 1) return transformBlocks(op, u, w, 0, 0);
  for (let shift = 0; shift < shifts * shifts; shift++) {
    transformBlocks(op, u, w, 4 * (shift / shifts) * op.stride, 4 * (shift % shifts) * op.stride);
    u += <usize>(op.outputs * inputsOf(op)) << 2;
  }
}

/** The same for the blocks that begin at row `top` and column `left` of the filter, and their phases. */
function transformBlocks(op: Operation, u: usize, w: usize, top: i32, left: i32): void {
  const phases = phasesOf(op);
  const tile = tileOf(op);
  const step = op.stride;
  const position = filterPosition(op, op.outputs, inputsOf(op));
  for (let o = 0; o < op.outputs; o++) {
    for (let py = 0; py < phases; py++) {
      for (let px = 0; px < phases; px++) {
        for (let c = 0; c < op.inputs; c++) {
          const bottom = tile > 6 ? py + top + 1 : op.kernelSize;
          const right = tile > 6 ? px + left + 1 : op.kernelSize;
          for (let ky = py + top; ky < bottom; ky += 3 * step) {
            for (let kx = px + left; kx < right; kx += 3 * step) {
              transform(u, position, filterAt(op, w, o, c), op.kernelSize, ky, kx, step, tile);
              u += 4;
            }
          }
        }
      }
    }
  }
}

/**
 * u [tile, tile, shifts, shifts, phases · phases · inputs, gradientInputs(op)] = G g Gᵀ of the blocks g of w, whose taps are in reverse order.
 */
export function f32_conv2d_winograd_turn(op: Operation, u: usize, w: usize): void {
  const phases = phasesOf(op);
  const shifts = shiftsOf(op);
  const blocks = blocksOf(op, 0);
  const last = (tapsOf(op, 0) - 1) * op.stride;
  const step = -op.stride;
  const position = filterPosition(op, phases * phases * op.inputs, gradientInputs(op));
  for (let shift = 0; shift < shifts * shifts; shift++) {
    const top = last + 4 * (shift / shifts) * step;
    const left = last + 4 * (shift % shifts) * step;
    for (let py = 0; py < phases; py++) {
      for (let px = 0; px < phases; px++) {
        for (let c = 0; c < op.inputs; c++) {
          for (let o = 0; o < op.outputs; o++) {
            for (let by = 0; by < blocks; by++) {
              for (let bx = 0; bx < blocks; bx++) {
                const ky = py + top + 3 * by * step;
                const kx = px + left + 3 * bx * step;
                transform(u, position, filterAt(op, w, o, c), op.kernelSize, ky, kx, step, op.tile);
                u += 4;
              }
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

/** Stores the transform of the block of taps that begins at ky, kx and goes on in steps; `position` bytes are between its values. */
function transform(u: usize, position: usize, w: usize, edge: i32, ky: i32, kx: i32, step: i32, tile: i32): void {
  if (ASC_FEATURE_THREADS && tile == 8) transformBlock(u, position, w, edge, ky, kx, step, 8);
  else if (ASC_FEATURE_THREADS && tile == 7) transformBlock(u, position, w, edge, ky, kx, step, 7);
  else transformBlock(u, position, w, edge, ky, kx, step, 6);
}

@inline
function transformBlock(u: usize, position: usize, w: usize, edge: i32, ky: i32, kx: i32, step: i32, tile: i32): void {
  for (let i = 0; i < tile; i++) {
    const g0 = columnOf(i, w, edge, ky, kx, step, tile);
    const g1 = columnOf(i, w, edge, ky, kx + step, step, tile);
    const g2 = columnOf(i, w, edge, ky, kx + 2 * step, step, tile);
    const g3 = tile > 6 ? columnOf(i, w, edge, ky, kx + 3 * step, step, tile) : 0;
    const g4 = tile > 7 ? columnOf(i, w, edge, ky, kx + 4 * step, step, tile) : 0;
    for (let j = 0; j < tile; j++) {
      store<f32>(u, filterRow(j, g0, g1, g2, g3, g4, tile));
      u += position;
    }
  }
}

/** Returns row i of G times a column of a block. */
@inline
function columnOf(i: i32, w: usize, edge: i32, ky: i32, kx: i32, step: i32, tile: i32): f32 {
  const g0 = tapAt(w, edge, ky, kx);
  const g1 = tapAt(w, edge, ky + step, kx);
  const g2 = tapAt(w, edge, ky + 2 * step, kx);
  const g3 = tile > 6 ? tapAt(w, edge, ky + 3 * step, kx) : 0;
  const g4 = tile > 7 ? tapAt(w, edge, ky + 4 * step, kx) : 0;
  return filterRow(i, g0, g1, g2, g3, g4, tile);
}

/** Returns the weight of a tap, or 0 outside the filter. */
@inline
function tapAt(w: usize, edge: i32, ky: i32, kx: i32): f32 {
  const isInside = ky >= 0 && ky < edge && kx >= 0 && kx < edge;
  return isInside ? load<f32>(w + ((<usize>(ky * edge + kx)) << 2)) : 0;
}

/** Returns row i of G times a column of three, four or five. */
@inline
function filterRow(i: i32, a: f32, b: f32, c: f32, d: f32, e: f32, tile: i32): f32 {
  if (tile == 6) return filterRow6(i, a, b, c);
  if (i == 0) return a * factorOf(0, tile);
  if (i == 5) return tile == 7 ? d : e;
  const square: f32 = i < 3 ? 1 : i < 5 ? 4 : 0.25;
  const point: f32 = i < 3 ? 1 : i < 5 ? 2 : 0.5;
  const even = a + square * (c + square * e);
  const odd = point * (b + square * d);
  return (i == 1 || i == 3 || i == 6 ? even + odd : even - odd) * factorOf(i, tile);
}

@inline
function filterRow6(i: i32, a: f32, b: f32, c: f32): f32 {
  if (i == 0) return 0.25 * a;
  if (i == 5) return c;
  if (i < 3) return (i == 1 ? a + b + c : a - b + c) * <f32>(-1.0 / 6);
  const ends = (a + 4 * c) * <f32>(1.0 / 24);
  return i == 3 ? ends + b * <f32>(1.0 / 12) : ends - b * <f32>(1.0 / 12);
}

/** Returns the factor of row i of G for tiles of 7 or 8. */
@inline
export function factorOf(i: i32, tile: i32): f32 {
  if (i == 0) return tile == 7 ? -0.5 : -1;
  if (i == 1) return tile == 7 ? <f32>(-1.0 / 3) : <f32>(-2.0 / 9);
  if (i == 2) return tile == 7 ? <f32>(1.0 / 9) : <f32>(-2.0 / 9);
  if (i == 3) return tile == 7 ? <f32>(1.0 / 36) : <f32>(1.0 / 90);
  if (i == 4) return tile == 7 ? <f32>(-1.0 / 60) : <f32>(1.0 / 90);
  return i == 5 ? 1 : <f32>(32.0 / 45);
}
