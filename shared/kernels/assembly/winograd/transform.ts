/** @file The input and output transforms of Winograd's convolution. */
import { WINOGRAD_LINE } from '../../constants';
import { VECTOR } from '../simd';

/** v [4, 4, channels, rows · columns] = Bᵀ d B of the tiles d of x, four adjacent tiles at a time. */
export function transformInput(
  v: usize,
  x: usize,
  channels: i32,
  rows: i32,
  columns: i32,
  rowBytes: usize,
  planeBytes: usize,
): void {
  const position = <usize>channels * WINOGRAD_LINE;
  for (let c = 0; c < channels; c++) {
    for (let r = 0; r < rows; r++) {
      let d0 = x + <usize>c * planeBytes + <usize>(2 * r) * rowBytes - rowBytes - 4;
      let to = v + <usize>c * WINOGRAD_LINE + ((<usize>(r * columns)) << 2);
      for (let t = 0; t < columns; t += 4) {
        const d1 = d0 + rowBytes;
        const d2 = d1 + rowBytes;
        const d3 = d2 + rowBytes;
        // Pixels 0 … 3, 4 … 7, 2 … 5, 6 … 9 of a row. The even and the odd pixels are the columns of four tiles.
        const a0 = v128.load(d1);
        const a1 = v128.load(d1, 16);
        const a2 = v128.load(d1, 8);
        const a3 = v128.load(d1, 24);
        const b0 = v128.load(d2);
        const b1 = v128.load(d2, 16);
        const b2 = v128.load(d2, 8);
        const b3 = v128.load(d2, 24);
        transformRow(
          to,
          position,
          f32x4.sub(v128.load(d0), b0),
          f32x4.sub(v128.load(d0, 16), b1),
          f32x4.sub(v128.load(d0, 8), b2),
          f32x4.sub(v128.load(d0, 24), b3),
        );
        transformRow(
          to + 4 * position,
          position,
          f32x4.add(a0, b0),
          f32x4.add(a1, b1),
          f32x4.add(a2, b2),
          f32x4.add(a3, b3),
        );
        transformRow(
          to + 8 * position,
          position,
          f32x4.sub(b0, a0),
          f32x4.sub(b1, a1),
          f32x4.sub(b2, a2),
          f32x4.sub(b3, a3),
        );
        transformRow(
          to + 12 * position,
          position,
          f32x4.sub(a0, v128.load(d3)),
          f32x4.sub(a1, v128.load(d3, 16)),
          f32x4.sub(a2, v128.load(d3, 8)),
          f32x4.sub(a3, v128.load(d3, 24)),
        );
        d0 += 2 * VECTOR;
        to += VECTOR;
      }
    }
  }
}

/** Multiplies a row of Bᵀ d of four tiles by B. */
@inline
function transformRow(v: usize, position: usize, a0: v128, a1: v128, a2: v128, a3: v128): void {
  const d0 = v128.shuffle<f32>(a0, a1, 0, 2, 4, 6);
  const d1 = v128.shuffle<f32>(a0, a1, 1, 3, 5, 7);
  const d2 = v128.shuffle<f32>(a2, a3, 0, 2, 4, 6);
  const d3 = v128.shuffle<f32>(a2, a3, 1, 3, 5, 7);
  v128.store(v, f32x4.sub(d0, d2));
  v128.store(v + position, f32x4.add(d1, d2));
  v128.store(v + 2 * position, f32x4.sub(d2, d1));
  v128.store(v + 3 * position, f32x4.sub(d1, d3));
}

/** y [channels, 2 · rows, 2 · columns] = Aᵀ m A + bias, four adjacent tiles at a time. Masked as in `f32_conv3x3`. */
export function transformOutput(
  y: usize,
  m: usize,
  bias: usize,
  mask: usize,
  channels: i32,
  rows: i32,
  columns: i32,
  rowBytes: usize,
  planeBytes: usize,
  relu: bool,
): void {
  const position = <usize>channels * WINOGRAD_LINE;
  const least = f32x4.splat(relu ? 0 : -Infinity);
  for (let o = 0; o < channels; o++) {
    const added = bias ? v128.load32_splat(bias + ((<usize>o) << 2)) : f32x4.splat(0);
    for (let r = 0; r < rows; r++) {
      const from = m + <usize>o * WINOGRAD_LINE + ((<usize>(r * columns)) << 2);
      const top = <usize>o * planeBytes + <usize>(2 * r) * rowBytes;
      // From right to left: the upper row's last vector runs into the lower row, and the lower row's first one overwrites that.
      for (let t = (columns - 1) & ~3; t >= 0; t -= 4) {
        const at = from + ((<usize>t) << 2);
        const a0 = v128.load(at + 4 * position);
        const b0 = v128.load(at + 8 * position);
        const p0 = f32x4.add(v128.load(at), f32x4.add(a0, b0));
        const q0 = f32x4.sub(f32x4.sub(a0, b0), v128.load(at + 12 * position));
        const a1 = v128.load(at + 5 * position);
        const b1 = v128.load(at + 9 * position);
        const p1 = f32x4.add(v128.load(at + position), f32x4.add(a1, b1));
        const q1 = f32x4.sub(f32x4.sub(a1, b1), v128.load(at + 13 * position));
        const a2 = v128.load(at + 6 * position);
        const b2 = v128.load(at + 10 * position);
        const p2 = f32x4.add(v128.load(at + 2 * position), f32x4.add(a2, b2));
        const q2 = f32x4.sub(f32x4.sub(a2, b2), v128.load(at + 14 * position));
        const a3 = v128.load(at + 7 * position);
        const b3 = v128.load(at + 11 * position);
        const p3 = f32x4.add(v128.load(at + 3 * position), f32x4.add(a3, b3));
        const q3 = f32x4.sub(f32x4.sub(a3, b3), v128.load(at + 15 * position));
        const pixel = top + ((<usize>(2 * t)) << 2);
        putRow(y + pixel, mask ? mask + pixel : 0, added, least, p0, p1, p2, p3);
        const below = pixel + rowBytes;
        putRow(y + below, mask ? mask + below : 0, added, least, q0, q1, q2, q3);
      }
    }
  }
}

/** Multiplies a row of Aᵀ m of four tiles by A and stores the eight pixels. As in conv3x3.ts, `pmax` is one instruction on x86. */
@inline
function putRow(y: usize, mask: usize, bias: v128, least: v128, m0: v128, m1: v128, m2: v128, m3: v128): void {
  const even = f32x4.pmax(f32x4.add(f32x4.add(m0, f32x4.add(m1, m2)), bias), least);
  const odd = f32x4.pmax(f32x4.add(f32x4.sub(f32x4.sub(m1, m2), m3), bias), least);
  put(y, v128.shuffle<f32>(even, odd, 0, 4, 1, 5), mask);
  put(y + VECTOR, v128.shuffle<f32>(even, odd, 2, 6, 3, 7), mask ? mask + VECTOR : 0);
}

@inline
function put(y: usize, value: v128, mask: usize): void {
  if (mask) value = v128.and(value, f32x4.gt(v128.load(mask), f32x4.splat(0)));
  v128.store(y, value);
}

/** e [4, 4, channels, rows · columns] = A d Aᵀ of the 2×2 tiles d of dy, four adjacent tiles at a time. Lines end with zeros. */
export function transformGradient(
  e: usize,
  dy: usize,
  channels: i32,
  rows: i32,
  columns: i32,
  rowBytes: usize,
  planeBytes: usize,
): void {
  const position = <usize>channels * WINOGRAD_LINE;
  for (let o = 0; o < channels; o++) {
    const line = e + <usize>o * WINOGRAD_LINE;
    for (let r = 0; r < rows; r++) {
      let d0 = dy + <usize>o * planeBytes + <usize>(2 * r) * rowBytes;
      let to = line + ((<usize>(r * columns)) << 2);
      for (let t = 0; t < columns; t += 4) {
        const d1 = d0 + rowBytes;
        const a0 = v128.load(d0);
        const a1 = v128.load(d0, 16);
        const b0 = v128.load(d1);
        const b1 = v128.load(d1, 16);
        // The even and the odd pixels are the columns of four tiles.
        const upperLeft = v128.shuffle<f32>(a0, a1, 0, 2, 4, 6);
        const upperRight = v128.shuffle<f32>(a0, a1, 1, 3, 5, 7);
        const lowerLeft = v128.shuffle<f32>(b0, b1, 0, 2, 4, 6);
        const lowerRight = v128.shuffle<f32>(b0, b1, 1, 3, 5, 7);
        spreadRow(to, position, upperLeft, upperRight);
        spreadRow(to + 4 * position, position, f32x4.add(upperLeft, lowerLeft), f32x4.add(upperRight, lowerRight));
        spreadRow(to + 8 * position, position, f32x4.sub(upperLeft, lowerLeft), f32x4.sub(upperRight, lowerRight));
        spreadRow(to + 12 * position, position, f32x4.neg(lowerLeft), f32x4.neg(lowerRight));
        d0 += 2 * VECTOR;
        to += VECTOR;
      }
    }
    const end = line + ((<usize>(rows * columns)) << 2);
    for (let i = 0; i < 16; i++) v128.store(end + <usize>i * position, f32x4.splat(0));
  }
}

/** Multiplies a row of A d of four tiles by Aᵀ. */
@inline
function spreadRow(e: usize, position: usize, left: v128, right: v128): void {
  v128.store(e, left);
  v128.store(e + position, f32x4.add(left, right));
  v128.store(e + 2 * position, f32x4.sub(left, right));
  v128.store(e + 3 * position, f32x4.neg(right));
}
