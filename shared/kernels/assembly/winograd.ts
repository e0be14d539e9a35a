/**
 * @file The 3×3 convolution of conv3x3.ts by 4 instead of 9 multiplications a pixel: F(2×2, 3×3) of Lavin and Gray, "Fast
 * Algorithms for Convolutional Neural Networks", 2015.
 *
 * A tile of 2×2 outputs comes from 4×4 inputs d and a filter g as Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A. For each of the 16 positions in a
 * transformed tile, the sum over the input channels is a matrix product.
 *
 * ```
 *        1  0 −1  0           1   0   0
 *   Bᵀ = 0  1  1  0       G = ½   ½   ½       Aᵀ = 1  1  1  0
 *        0 −1  1  0           ½  −½   ½            0  1 −1 −1
 *        0  1  0 −1           0   0   1
 * ```
 *
 * A few rows of tiles are in work at a time, channel after channel in lines of `WINOGRAD_LINE` bytes, position after position. Rows of
 * tiles end within a vector: what is computed behind their end is overwritten by the next row or thrown away.
 */
import { WINOGRAD_LINE, WINOGRAD_TILES } from '../constants';
import { clearZeros } from './conv3x3';
import { madd, VECTOR } from './simd';

/**
 * u [4, 4, inputs, outputs] = G g Gᵀ of the filter of the way back: w [outputs, inputs, 3, 3] turned by half a circle, which exchanges
 * the first and the last row and column.
 */
export function f32_winograd_filter(u: usize, w: usize, inputs: i32, outputs: i32): void {
  const plane = (<usize>(inputs * outputs)) << 2;
  for (let o = 0; o < outputs; o++) {
    for (let c = 0; c < inputs; c++) {
      const g = w + <usize>(o * inputs + c) * 36;
      const turned = (<usize>(c * outputs + o)) << 2;
      for (let i = 0; i < 4; i++) {
        const g0 = filterRow(i, load<f32>(g), load<f32>(g, 12), load<f32>(g, 24));
        const g1 = filterRow(i, load<f32>(g, 4), load<f32>(g, 16), load<f32>(g, 28));
        const g2 = filterRow(i, load<f32>(g, 8), load<f32>(g, 20), load<f32>(g, 32));
        for (let j = 0; j < 4; j++) {
          const value = filterRow(j, g0, g1, g2);
          store<f32>(u + <usize>(opposite(i) * 4 + opposite(j)) * plane + turned, value);
        }
      }
    }
  }
}

/** Row i of G times a column. */
@inline
function filterRow(i: i32, a: f32, b: f32, c: f32): f32 {
  if (i == 0) return a;
  if (i == 3) return c;
  return 0.5 * (i == 1 ? a + b + c : a - b + c);
}

@inline
function opposite(i: i32): i32 {
  return i == 0 ? 3 : i == 3 ? 0 : i;
}

/**
 * y [outputs] = conv(x [inputs], the filter transformed to u), of one image of even height and width, as f32_conv3x3.
 *
 * @param mask planes like y, 0 for none: y is set to zero where they are not positive
 * @param scratch 16 · WINOGRAD_LINE · (inputs + outputs) bytes
 */
export function f32_winograd(
  y: usize,
  x: usize,
  u: usize,
  mask: usize,
  scratch: usize,
  inputs: i32,
  outputs: i32,
  height: i32,
  width: i32,
  planeBytes: usize,
): void {
  const tileRows = height >> 1;
  const tileColumns = width >> 1;
  const together = WINOGRAD_TILES / tileColumns;
  const rowBytes = <usize>(width + 1) << 2;
  const products = scratch + 16 * WINOGRAD_LINE * <usize>inputs;
  for (let first = 0; first < tileRows; first += together) {
    const rows = min(together, tileRows - first);
    const at = <usize>(2 * first) * rowBytes;
    transformInput(scratch, x + at, inputs, rows, tileColumns, rowBytes, planeBytes);
    multiply(products, u, scratch, inputs, outputs, rows * tileColumns);
    const maskAt = mask ? mask + at : 0;
    transformOutput(y + at, products, maskAt, outputs, rows, tileColumns, rowBytes, planeBytes);
  }
  if (mask) return;
  const span = <usize>height * rowBytes;
  // The last vector of a row has up to three tiles behind its end.
  for (let o = 0; o < outputs; o++) clearZeros(y + <usize>o * planeBytes, rowBytes, span, span + 3 * 8);
}

/** v [4, 4, channels, rows · columns] = Bᵀ d B of the tiles d of x, four neighbours at a time. */
function transformInput(
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
        // Pixels 0 … 3, 4 … 7, 2 … 5, 6 … 9 of a row: their even and odd ones are the columns of four tiles.
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

/** A row of Bᵀ d times B, of four tiles. */
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

/** m [4, 4, outputs, tiles] = u [4, 4, outputs, inputs] · v [4, 4, inputs, tiles], position by position. */
function multiply(m: usize, u: usize, v: usize, inputs: i32, outputs: i32, tiles: i32): void {
  const bytes = (<usize>((tiles + 3) & ~3)) << 2;
  const row = (<usize>inputs) << 2;
  for (let position = 0; position < 16; position++) {
    for (let o = 0; o < outputs; o += 2) {
      // An odd last channel is computed twice, to the same place.
      const second = min(o + 1, outputs - 1);
      const u0 = u + <usize>o * row;
      const u1 = u + <usize>second * row;
      const m0 = m + <usize>o * WINOGRAD_LINE;
      const m1 = m + <usize>second * WINOGRAD_LINE;
      let at: usize = 0;
      for (; at + 5 * VECTOR <= bytes; at += 6 * VECTOR) multiply6(m0 + at, m1 + at, u0, u1, v + at, inputs);
      for (; at < bytes; at += VECTOR) multiply1(m0 + at, m1 + at, u0, u1, v + at, inputs);
    }
    u += <usize>outputs * row;
    v += <usize>inputs * WINOGRAD_LINE;
    m += <usize>outputs * WINOGRAD_LINE;
  }
}

/** Six vectors of tiles of two output channels. */
@inline
function multiply6(m0: usize, m1: usize, u0: usize, u1: usize, v: usize, inputs: i32): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  let a5 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  let b4 = a0;
  let b5 = a0;
  for (let c = 0; c < inputs; c++) {
    const p = v128.load32_splat(u0);
    const q = v128.load32_splat(u1);
    let d = v128.load(v);
    a0 = madd(d, p, a0);
    b0 = madd(d, q, b0);
    d = v128.load(v, 16);
    a1 = madd(d, p, a1);
    b1 = madd(d, q, b1);
    d = v128.load(v, 32);
    a2 = madd(d, p, a2);
    b2 = madd(d, q, b2);
    d = v128.load(v, 48);
    a3 = madd(d, p, a3);
    b3 = madd(d, q, b3);
    d = v128.load(v, 64);
    a4 = madd(d, p, a4);
    b4 = madd(d, q, b4);
    d = v128.load(v, 80);
    a5 = madd(d, p, a5);
    b5 = madd(d, q, b5);
    u0 += 4;
    u1 += 4;
    v += WINOGRAD_LINE;
  }
  v128.store(m0, a0);
  v128.store(m0, a1, 16);
  v128.store(m0, a2, 32);
  v128.store(m0, a3, 48);
  v128.store(m0, a4, 64);
  v128.store(m0, a5, 80);
  v128.store(m1, b0);
  v128.store(m1, b1, 16);
  v128.store(m1, b2, 32);
  v128.store(m1, b3, 48);
  v128.store(m1, b4, 64);
  v128.store(m1, b5, 80);
}

/** One vector of tiles of two output channels. */
@inline
function multiply1(m0: usize, m1: usize, u0: usize, u1: usize, v: usize, inputs: i32): void {
  let a = f32x4.splat(0);
  let b = a;
  for (let c = 0; c < inputs; c++) {
    const d = v128.load(v);
    a = madd(d, v128.load32_splat(u0), a);
    b = madd(d, v128.load32_splat(u1), b);
    u0 += 4;
    u1 += 4;
    v += WINOGRAD_LINE;
  }
  v128.store(m0, a);
  v128.store(m1, b);
}

/** y [channels, 2 · rows, 2 · columns] = Aᵀ m A, four neighbouring tiles at a time. */
function transformOutput(
  y: usize,
  m: usize,
  mask: usize,
  channels: i32,
  rows: i32,
  columns: i32,
  rowBytes: usize,
  planeBytes: usize,
): void {
  const position = <usize>channels * WINOGRAD_LINE;
  for (let o = 0; o < channels; o++) {
    for (let r = 0; r < rows; r++) {
      const from = m + <usize>o * WINOGRAD_LINE + ((<usize>(r * columns)) << 2);
      const top = <usize>o * planeBytes + <usize>(2 * r) * rowBytes;
      // From the right: what the upper row's last vector leaves behind its end is the lower row's beginning.
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
        putRow(y + pixel, mask ? mask + pixel : 0, p0, p1, p2, p3);
        const below = pixel + rowBytes;
        putRow(y + below, mask ? mask + below : 0, q0, q1, q2, q3);
      }
    }
  }
}

/** A row of Aᵀ m times A, of four tiles: eight pixels. */
@inline
function putRow(y: usize, mask: usize, m0: v128, m1: v128, m2: v128, m3: v128): void {
  const even = f32x4.add(m0, f32x4.add(m1, m2));
  const odd = f32x4.sub(f32x4.sub(m1, m2), m3);
  put(y, v128.shuffle<f32>(even, odd, 0, 4, 1, 5), mask);
  put(y + VECTOR, v128.shuffle<f32>(even, odd, 2, 6, 3, 7), mask ? mask + VECTOR : 0);
}

@inline
function put(y: usize, value: v128, mask: usize): void {
  if (mask) value = v128.and(value, f32x4.gt(v128.load(mask), f32x4.splat(0)));
  v128.store(y, value);
}
