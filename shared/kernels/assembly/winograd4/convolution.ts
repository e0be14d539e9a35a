/**
 * @file The convolution of conv2d.ts with a quarter of the multiplications: F(4×4, 3×3) of Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", 2015.
 *
 * A tile of 4×4 outputs is Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A of 6×6 inputs d and a filter g. For each of the 36 positions in a transformed tile,
 * the sum over the input channels is a matrix product.
 *
 * ```
 *        4  0 −5  0  1  0           ¼    0   0
 *        0 −4 −4  1  1  0          −⅙   −⅙  −⅙
 *   Bᵀ = 0  4 −4 −1  1  0       G = −⅙    ⅙  −⅙       Aᵀ = 1  1  1  1  1  0
 *        0 −2 −1  2  1  0          1/24 1/12  ⅙            0  1 −1  2 −2  0
 *        0  2 −1 −2  1  0          1/24 −1/12 ⅙            0  1  1  4  4  0
 *        0  4  0 −5  0  1           0    0   1            0  1 −1  8 −8  1
 * ```
 *
 * A larger filter is cut into blocks of 3×3 taps, with zeros at its end. On the planes of phases.ts, each block of each phase is a filter of
 * an input channel of its own, which begins at another pixel.
 *
 * In training, filters with more than three taps on a phase have larger tiles. 8×8 inputs and the further points ½ and −½ give F(4×4, 5×5):
 * 4 multiplications per output instead of 25. 7×7 inputs and the point ½ give F(4×4, 4×4). Its blocks of 4×4 taps begin a tile apart: the
 * block that begins s tiles further down or right multiplies the transformed tiles of the first block, shifted by s. Bᵀ of the first six
 * rows is that of above, after the polynomial's further factor: d[i + 1] − ½ d[i] or d[i + 2] − ¼ d[i]. The rows of G are
 * those of 1, p, p², … for the points p = 0, 1, −1, 2, −2, ∞, ½ and −½, divided by the products of their distances to the others.
 */
import { endOf, firstOf, fromPhase, fromPlane, phasesOf, toPhases, toPlanes } from '../phases';
import { phaseBytes } from '../conv2d';
import { Operation } from '../plan';
import { multiply } from '../winograd/multiply';
import { bandOf, blocksOf, filterPosition, gradientInputs, inputsOf, lineOf, positionOf, separateTaps, shiftsOf, tileOf } from './filter';
import { TRANSFORM_BYTES, transformInput } from './transform-input';
import { outputRow, transformOutput } from './transform-output';

/**
 * y [outputs] = conv(x [inputs], w) + bias [outputs]; with op.relu, the maximum of that and 0.
 * @param u the filter as written by `f32_conv2d_winograd_filter`
 * @param scratch the phases of x, then as `scratchOf` in shared/kernels/scratch.ts
 */
export function f32_conv2d_winograd(op: Operation, y: usize, x: usize, u: usize, bias: usize, scratch: usize): void {
  const tile = tileOf(op);
  const inputs = inputsOf(op);
  const offsets = scratch + phaseBytes(op);
  const line = lineOf(tile);
  const v = offsets + ((<usize>inputs) << 2);
  const vPosition = positionOf(inputs, line);
  const mPosition = positionOf(op.outputs, line);
  const m = v + <usize>(tile * tile) * vPosition;
  const work = m + <usize>(tile * tile) * mPosition;
  const band = work + TRANSFORM_BYTES;
  toPhases(op, scratch, x, op.inputs);
  inputOffsets(op, offsets);
  const further = shiftsOf(op) - 1;
  const columns = ((op.yWidth + 3) >> 2) + further;
  const rows = (op.yHeight + 3) >> 2;
  const together = bandOf(rows, columns, shiftsOf(op));
  for (let first = 0; first < rows; first += together) {
    const some = min(together, rows - first);
    const from = scratch + <usize>(4 * first) * op.phaseRow;
    transformInput(v, vPosition, from, offsets, inputs, some + further, columns, op.phaseRow, work, tile);
    multiplyTiles(op, m, u, v, inputs, op.outputs, some, columns, vPosition, mPosition);
    for (let o = 0; o < op.outputs; o++) {
      const sums = m + <usize>o * line;
      transformOutput(band, sums, mPosition, load<f32>(bias + ((<usize>o) << 2)), some, columns, work, tile);
      const to = y + <usize>o * op.yPlane + <usize>(4 * first) * op.yRow;
      fromPlane(op, to, band, outputRow(columns), min(4 * some, op.yHeight - 4 * first));
    }
  }
}

/**
 * m [tile, tile, outputs, rows · columns] = the products of u [tile, tile, shifts, shifts, outputs, inputs] and the tiles of
 * v [tile, tile, inputs, …], summed over the shifts.
 */
function multiplyTiles(
  op: Operation,
  m: usize,
  u: usize,
  v: usize,
  inputs: i32,
  outputs: i32,
  rows: i32,
  columns: i32,
  vPosition: usize,
  mPosition: usize,
): void {
  const shifts = shiftsOf(op);
  const tiles = rows * columns;
  const line = lineOf(tileOf(op));
  const row = (<usize>inputs) << 2;
  const uPosition = filterPosition(op, outputs, inputs);
  const positions = tileOf(op) * tileOf(op);
  if (shifts == 1) {
    return multiply(m, u, v, inputs, outputs, tiles, positions, line, row, uPosition, vPosition, mPosition, false);
  }
  // One position at a time, whose values then stay in the cache.
  for (let position = 0; position < positions; position++) {
    for (let shift = 0; shift < shifts * shifts; shift++) {
      const block = u + <usize>(shift * outputs) * row;
      const shifted = v + ((<usize>((shift / shifts) * columns + (shift % shifts))) << 2);
      multiply(m, block, shifted, inputs, outputs, tiles, 1, line, row, 0, 0, 0, shift > 0);
    }
    m += mPosition;
    u += uPosition;
    v += vPosition;
  }
}

/** Writes where the tiles of each input channel begin, in bytes from the first phase: [phases, phases, inputs, blocks, blocks]. */
export function inputOffsets(op: Operation, offsets: usize): void {
  const phases = phasesOf(op);
  let plane: usize = 0;
  for (let py = 0; py < phases; py++) {
    for (let px = 0; px < phases; px++) {
      for (let c = 0; c < op.inputs; c++) {
        for (let ty = 0; ty < separateTaps(op, py); ty += 3) {
          for (let tx = 0; tx < separateTaps(op, px); tx += 3) {
            store<usize>(offsets, plane + <usize>ty * op.phaseRow + ((<usize>tx) << 2));
            offsets += 4;
          }
        }
        plane += op.phasePlane;
      }
    }
  }
}

/**
 * dx [inputs] = the gradient of the input: all phases at once, as output channels of a convolution of dy [outputs] with the turned filter.
 *
 * @param u the filter as written by `f32_conv2d_winograd_turn`
 * @param mask planes in the layout of dx, or 0 for none: dx is zero where they are not positive
 */
export function f32_conv2d_winograd_grad_input(op: Operation, dx: usize, dy: usize, u: usize, mask: usize, scratch: usize): void {
  const tile = tileOf(op);
  const phases = phasesOf(op);
  const inputs = gradientInputs(op);
  const outputs = phases * phases * op.inputs;
  const offsets = scratch + <usize>op.outputs * op.phasePlane;
  const line = lineOf(tile);
  const v = offsets + ((<usize>inputs) << 2);
  const vPosition = positionOf(inputs, line);
  const mPosition = positionOf(outputs, line);
  const m = v + <usize>(tile * tile) * vPosition;
  const work = m + <usize>(tile * tile) * mPosition;
  const band = work + TRANSFORM_BYTES;
  toPlanes(op, scratch, dy, op.outputs);
  gradientOffsets(op, offsets);
  let height = 0;
  let width = 0;
  for (let phase = 0; phase < phases; phase++) {
    height = max(height, endOf(op, op.height, phase));
    width = max(width, endOf(op, op.width, phase));
  }
  // The rows and columns that are padding on all phases have no results. The last phase has the fewest.
  const skipped = firstOf(op, phases - 1);
  height -= skipped;
  width -= skipped;
  const further = shiftsOf(op) - 1;
  const columns = ((width + 3) >> 2) + further;
  const rows = (height + 3) >> 2;
  const together = bandOf(rows, columns, shiftsOf(op));
  for (let first = 0; first < rows; first += together) {
    const some = min(together, rows - first);
    const y = skipped + 4 * first;
    const from = scratch + <usize>y * op.phaseRow + ((<usize>skipped) << 2);
    transformInput(v, vPosition, from, offsets, inputs, some + further, columns, op.phaseRow, work, tile);
    multiplyTiles(op, m, u, v, inputs, outputs, some, columns, vPosition, mPosition);
    for (let i = 0; i < outputs; i++) {
      transformOutput(band, m + <usize>i * line, mPosition, 0, some, columns, work, tile);
      const phase = i / op.inputs;
      const at = <usize>(i % op.inputs) * op.xPlane;
      const maskAt = mask ? mask + at : 0;
      const rows = band - ((<usize>skipped) << 2);
      fromPhase(op, dx + at, rows, outputRow(columns), y, y + 4 * some, phase / phases, phase % phases, maskAt);
    }
  }
}

/** Writes where the tiles of each channel of dy begin, in bytes from the zeros above it: [outputs, blocks, blocks]. */
function gradientOffsets(op: Operation, offsets: usize): void {
  const blocks = blocksOf(op, 0);
  for (let o = 0; o < op.outputs; o++) {
    for (let by = 0; by < blocks; by++) {
      for (let bx = 0; bx < blocks; bx++) {
        store<usize>(offsets, <usize>o * op.phasePlane + <usize>(3 * by) * op.phaseRow + <usize>(12 * bx));
        offsets += 4;
      }
    }
  }
}
