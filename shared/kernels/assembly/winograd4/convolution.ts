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
 */
import { WINOGRAD4_LINE } from '../../constants';
import { endOf, fromPhase, fromPlane, phasesOf, tapsOf, toPhases, toPlanes } from '../phases';
import { phaseBytes } from '../conv2d';
import { Operation } from '../plan';
import { multiply } from '../winograd/multiply';
import { bandOf, blocksOf, gradientInputs, inputsOf, positionOf } from './filter';
import { outputRow, TRANSFORM_BYTES, transformInput, transformOutput } from './transform';

/**
 * y [outputs] = conv(x [inputs], w) + bias [outputs]; with op.relu, the maximum of that and 0.
 * @param u the filter as written by `f32_conv2d_winograd_filter`
 * @param scratch the phases of x, then as `scratchOf` in shared/kernels/scratch.ts
 */
export function f32_conv2d_winograd(op: Operation, y: usize, x: usize, u: usize, bias: usize, scratch: usize): void {
  const inputs = inputsOf(op);
  const offsets = scratch + phaseBytes(op);
  const v = offsets + ((<usize>inputs) << 2);
  const row = (<usize>inputs) << 2;
  const vPosition = positionOf(inputs, WINOGRAD4_LINE);
  const mPosition = positionOf(op.outputs, WINOGRAD4_LINE);
  const m = v + 36 * vPosition;
  const work = m + 36 * mPosition;
  const band = work + TRANSFORM_BYTES;
  toPhases(op, scratch, x, op.inputs);
  inputOffsets(op, offsets);
  const columns = (op.yWidth + 3) >> 2;
  const rows = (op.yHeight + 3) >> 2;
  const together = bandOf(rows, columns);
  for (let first = 0; first < rows; first += together) {
    const some = min(together, rows - first);
    const from = scratch + <usize>(4 * first) * op.phaseRow;
    transformInput(v, vPosition, from, offsets, inputs, some, columns, op.phaseRow, work);
    const uPosition = positionOf(op.outputs, row);
    multiply(m, u, v, inputs, op.outputs, some * columns, 36, WINOGRAD4_LINE, row, uPosition, vPosition, mPosition, false);
    for (let o = 0; o < op.outputs; o++) {
      transformOutput(band, m + <usize>o * WINOGRAD4_LINE, mPosition, load<f32>(bias + ((<usize>o) << 2)), some, columns, work);
      const to = y + <usize>o * op.yPlane + <usize>(4 * first) * op.yRow;
      fromPlane(op, to, band, outputRow(columns), min(4 * some, op.yHeight - 4 * first));
    }
  }
}

/** Writes where the tiles of each input channel begin, in bytes from the first phase: [phases, phases, inputs, blocks, blocks]. */
export function inputOffsets(op: Operation, offsets: usize): void {
  const phases = phasesOf(op);
  let plane: usize = 0;
  for (let py = 0; py < phases; py++) {
    for (let px = 0; px < phases; px++) {
      for (let c = 0; c < op.inputs; c++) {
        for (let ty = 0; ty < tapsOf(op, py); ty += 3) {
          for (let tx = 0; tx < tapsOf(op, px); tx += 3) {
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
  const phases = phasesOf(op);
  const inputs = gradientInputs(op);
  const outputs = phases * phases * op.inputs;
  const offsets = scratch + <usize>op.outputs * op.phasePlane;
  const v = offsets + ((<usize>inputs) << 2);
  const row = (<usize>inputs) << 2;
  const vPosition = positionOf(inputs, WINOGRAD4_LINE);
  const mPosition = positionOf(outputs, WINOGRAD4_LINE);
  const m = v + 36 * vPosition;
  const work = m + 36 * mPosition;
  const band = work + TRANSFORM_BYTES;
  toPlanes(op, scratch, dy, op.outputs);
  gradientOffsets(op, offsets);
  let height = 0;
  let width = 0;
  for (let phase = 0; phase < phases; phase++) {
    height = max(height, endOf(op, op.height, phase));
    width = max(width, endOf(op, op.width, phase));
  }
  const columns = (width + 3) >> 2;
  const rows = (height + 3) >> 2;
  const together = bandOf(rows, columns);
  for (let first = 0; first < rows; first += together) {
    const some = min(together, rows - first);
    const from = scratch + <usize>(4 * first) * op.phaseRow;
    transformInput(v, vPosition, from, offsets, inputs, some, columns, op.phaseRow, work);
    const uPosition = positionOf(outputs, row);
    multiply(m, u, v, inputs, outputs, some * columns, 36, WINOGRAD4_LINE, row, uPosition, vPosition, mPosition, false);
    for (let i = 0; i < outputs; i++) {
      transformOutput(band, m + <usize>i * WINOGRAD4_LINE, mPosition, 0, some, columns, work);
      const phase = i / op.inputs;
      const at = <usize>(i % op.inputs) * op.xPlane;
      const maskAt = mask ? mask + at : 0;
      const y = 4 * first;
      fromPhase(op, dx + at, band, outputRow(columns), y, y + 4 * some, phase / phases, phase % phases, maskAt);
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
