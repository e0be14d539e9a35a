/**
 * @file The gradient of the filter by Winograd's convolution in tiles of 4×4: Gᵀ [Σ (A e Aᵀ) ⊙ (Bᵀ d B)] G, where the sum runs over the tiles e of 4×4
 * gradients of the output and d of inputs of all images of a slice (convolution.ts has the matrices).
 */
import { SHIFTED_TILES, WINOGRAD4_TILES } from '../../constants';
import { phaseBytes } from '../conv2d';
import { aboveOf, phasesOf, toPhases, toPlanes } from '../phases';
import { Operation } from '../plan';
import { madd, VECTOR } from '../simd';
import { f32_planes_sum } from '../taps-gradient';
import { multiply } from '../winograd/multiply';
import { inputOffsets } from './convolution';
import { bandOf, blockOf, blocksOf, factorOf, inputsOf, lineOf, positionOf, shiftsOf, tileOf } from './filter';
import { TRANSFORM_BYTES, transformInputByTile } from './transform-input';
import { transformGradient } from './transform-output';

/** Bytes from tile to tile and from filter to filter: a float for each input channel, in whole vectors, and a vector more. */
@inline
function tileLine(inputs: i32): usize {
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
  const tile = tileOf(op);
  const positions = tile * tile;
  const inputs = inputsOf(op);
  const line = tileLine(inputs);
  const eLine = lineOf(tile);
  const planes = scratch + phaseBytes(op);
  const offsets = planes + <usize>op.outputs * op.phasePlane;
  const work = offsets + ((<usize>inputs) << 2);
  const e = work + 2 * TRANSFORM_BYTES;
  const ePosition = positionOf(op.outputs, eLine);
  const vPosition = positionOf(tile == 7 ? SHIFTED_TILES : WINOGRAD4_TILES, line);
  const shifts = shiftsOf(op);
  const further = shifts - 1;
  const position = positionOf(shifts * shifts * op.outputs, line);
  const v = e + <usize>positions * ePosition;
  const sums = v + <usize>positions * vPosition;
  // The tiles that only shifted blocks read have no gradients: shared/kernels/layout.ts makes room for zeros there.
  const columns = ((op.yWidth + 3) >> 2) + further;
  const rows = (op.yHeight + 3) >> 2;
  const together = bandOf(rows, columns, shifts);
  inputOffsets(op, offsets);
  memory.fill(sums, 0, <usize>positions * position);
  for (let i = 0; i < images; i++) {
    const first = planes + aboveOf(op);
    toPhases(op, scratch, x + <usize>i * imageBytes, op.inputs);
    toPlanes(op, planes, dy + <usize>i * imageBytes, op.outputs);
    f32_planes_sum(db, first, op.outputs, op.phasePlane, <usize>op.yHeight * op.phaseRow);
    for (let row = 0; row < rows; row += together) {
      const some = min(together, rows - row);
      const at = <usize>(4 * row) * op.phaseRow;
      transformInputByTile(v, vPosition, scratch + at, offsets, inputs, some + further, columns, op.phaseRow, line, work, tile);
      transformGradient(e, ePosition, first + at, op.outputs, some, columns, op.phaseRow, op.phasePlane, work, tile);
      const tiles = some * columns;
      for (let shift = 0; shift < shifts * shifts; shift++) {
        const m = sums + <usize>(shift * op.outputs) * line;
        const shifted = v + <usize>((shift / shifts) * columns + (shift % shifts)) * line;
        multiply(m, e, shifted, tiles, op.outputs, inputs, positions, line, eLine, ePosition, vPosition, position, true);
      }
    }
  }
  for (let shift = 0; shift < shifts * shifts; shift++) {
    const top = 4 * (shift / shifts) * op.stride;
    const left = 4 * (shift % shifts) * op.stride;
    storeFilter(op, dw, sums + <usize>(shift * op.outputs) * line, line, position, top, left, work);
  }
}

/**
 * dw = Gᵀ m G of the sums m [tile, tile, outputs, inputsOf(op)], four input channels at a time, for the blocks that begin at row `top` and
 * column `left` of the filter, and their phases.
 */
function storeFilter(
  op: Operation,
  dw: usize,
  sums: usize,
  line: usize,
  position: usize,
  top: i32,
  left: i32,
  work: usize,
): void {
  const phases = phasesOf(op);
  for (let o = 0; o < op.outputs; o++) {
    let lane = 4;
    let at = sums + <usize>o * line;
    for (let py = 0; py < phases; py++) {
      for (let px = 0; px < phases; px++) {
        for (let c = 0; c < op.inputs; c++) {
          const w = dw + ((<usize>((o * op.inputs + c) * op.kernelSize * op.kernelSize)) << 2);
          for (let by = 0; by < blocksOf(op, py); by++) {
            for (let bx = 0; bx < blocksOf(op, px); bx++) {
              if (lane == 4) {
                transformSums(work, at, position, tileOf(op));
                at += VECTOR;
                lane = 0;
              }
              const block = work + ((<usize>lane) << 2);
              storeBlock(op, w, block, py + top + 3 * by * op.stride, px + left + 3 * bx * op.stride);
              lane++;
            }
          }
        }
      }
    }
  }
}

/** Stores a block of taps from a lane of its vectors, without the taps beyond the filter. */
@inline
function storeBlock(op: Operation, w: usize, block: usize, ky: i32, kx: i32): void {
  const edge = blockOf(op);
  for (let i = 0; i < edge; i++) {
    for (let j = 0; j < edge; j++) {
      const y = ky + i * op.stride;
      const x = kx + j * op.stride;
      if (y < op.kernelSize && x < op.kernelSize) {
        store<f32>(w + ((<usize>(y * op.kernelSize + x)) << 2), load<f32>(block + <usize>(edge * i + j) * VECTOR));
      }
    }
  }
}

/** to [block, block] = Gᵀ m G of four channels. `position` bytes are between the positions of m. */
function transformSums(to: usize, m: usize, position: usize, tile: i32): void {
  if (tile == 8) sumsOf(to, m, position, 8);
  else if (tile == 7) sumsOf(to, m, position, 7);
  else sumsOf(to, m, position, 6);
}

@inline
function sumsOf(to: usize, m: usize, position: usize, tile: i32): void {
  const edge = tile - 3;
  const columns = to + <usize>(edge * edge) * VECTOR;
  const row = <usize>tile * VECTOR;
  for (let j = 0; j < tile; j++) {
    gather(columns + <usize>j * VECTOR, row, m + <usize>j * position, <usize>tile * position, tile);
  }
  for (let i = 0; i < edge; i++) gather(to + <usize>(edge * i) * VECTOR, VECTOR, columns + <usize>i * row, VECTOR, tile);
}

/** Stores Gᵀ times a column of `tile` vectors, which are `step` bytes apart. */
@inline
function gather(to: usize, toStep: usize, m: usize, step: usize, tile: i32): void {
  if (tile == 6) gather6(to, toStep, m, step);
  else gatherMore(to, toStep, m, step, tile);
}

@inline
function gather6(to: usize, toStep: usize, m: usize, step: usize): void {
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

@inline
function gatherMore(to: usize, toStep: usize, m: usize, step: usize, tile: i32): void {
  const m1 = scaled(m, 1, step, tile);
  const m2 = scaled(m, 2, step, tile);
  const m3 = scaled(m, 3, step, tile);
  const m4 = scaled(m, 4, step, tile);
  const m6 = scaled(m, 6, step, tile);
  const m7 = tile > 7 ? scaled(m, 7, step, tile) : f32x4.splat(0);
  const last = v128.load(m + 5 * step);
  const plus = f32x4.add(m1, m2);
  const minus = f32x4.sub(m1, m2);
  const plus2 = f32x4.add(m3, m4);
  const minus2 = f32x4.mul(f32x4.sub(m3, m4), f32x4.splat(2));
  const plusHalf = f32x4.add(m6, m7);
  const minusHalf = f32x4.mul(f32x4.sub(m6, m7), f32x4.splat(0.5));
  v128.store(to, f32x4.add(scaled(m, 0, step, tile), f32x4.add(plus, f32x4.add(plus2, plusHalf))));
  v128.store(to + toStep, f32x4.add(minus, f32x4.add(minus2, minusHalf)));
  v128.store(to + 2 * toStep, madd(plusHalf, f32x4.splat(0.25), madd(plus2, f32x4.splat(4), plus)));
  const third = madd(minusHalf, f32x4.splat(0.25), madd(minus2, f32x4.splat(4), minus));
  v128.store(to + 3 * toStep, tile == 7 ? f32x4.add(third, last) : third);
  if (tile == 8) {
    const fourth = madd(plusHalf, f32x4.splat(0.0625), madd(plus2, f32x4.splat(16), plus));
    v128.store(to + 4 * toStep, f32x4.add(fourth, last));
  }
}

@inline
function scaled(m: usize, i: i32, step: usize, tile: i32): v128 {
  return f32x4.mul(v128.load(m + <usize>i * step), f32x4.splat(factorOf(i, tile)));
}
