/**
 * @file The gradient of the filter by Winograd's convolution: Gᵀ [Σ (A e Aᵀ) ⊙ (Bᵀ d B)] G, where the sum runs over the tiles e of 2×2
 * gradients of the output and d of 4×4 inputs (convolution.ts has the matrices).
 */
import { WINOGRAD_LINE, WINOGRAD_TILES } from '../../constants';
import { horizontalSum, madd, VECTOR } from '../simd';
import { transformGradient, transformInput } from './transform';

/**
 * Adds one image's gradient of the filter, from dy and x, to dw [outChannels, inChannels, 3, 3]. Height and width are even.
 *
 * @param scratch 16 · WINOGRAD_LINE · (inChannels + outChannels) bytes, then 16 · VECTOR · inChannels · outChannels bytes
 */
export function f32_winograd_grad_filter(
  dw: usize,
  dy: usize,
  x: usize,
  scratch: usize,
  inChannels: i32,
  outChannels: i32,
  height: i32,
  width: i32,
  rowBytes: usize,
  xPlane: usize,
  yPlane: usize,
): void {
  const tileRows = height >> 1;
  const tileColumns = width >> 1;
  const together = WINOGRAD_TILES / tileColumns;
  const gradients = scratch + 16 * WINOGRAD_LINE * <usize>inChannels;
  const sums = gradients + 16 * WINOGRAD_LINE * <usize>outChannels;
  memory.fill(sums, 0, 16 * VECTOR * <usize>(inChannels * outChannels));
  for (let first = 0; first < tileRows; first += together) {
    const rows = min(together, tileRows - first);
    const at = <usize>(2 * first) * rowBytes;
    transformInput(scratch, x + at, inChannels, rows, tileColumns, rowBytes, xPlane);
    transformGradient(gradients, dy + at, outChannels, rows, tileColumns, rowBytes, yPlane);
    multiplyTiles(sums, gradients, scratch, inChannels, outChannels, rows * tileColumns);
  }
  addFilter(dw, sums, inChannels * outChannels);
}

/** sums [4, 4, outChannels, inChannels] += Σ e [4, 4, outChannels, tiles] · v [4, 4, inChannels, tiles]; four parts for each sum. */
function multiplyTiles(sums: usize, e: usize, v: usize, inChannels: i32, outChannels: i32, tiles: i32): void {
  const bytes = (<usize>((tiles + 3) & ~3)) << 2;
  const row = <usize>inChannels * VECTOR;
  for (let position = 0; position < 16; position++) {
    for (let o = 0; o < outChannels; o += 2) {
      // The last channel of an odd number is computed twice, to the same address.
      const second = min(o + 1, outChannels - 1);
      const e0 = e + <usize>o * WINOGRAD_LINE;
      const e1 = e + <usize>second * WINOGRAD_LINE;
      const to0 = sums + <usize>o * row;
      const to1 = sums + <usize>second * row;
      let c = 0;
      for (; c + 4 <= inChannels; c += 4) multiplyLines(to0, to1, e0, e1, v, c, 4, bytes);
      const rest = inChannels - c;
      if (rest == 3) multiplyLines(to0, to1, e0, e1, v, c, 3, bytes);
      else if (rest == 2) multiplyLines(to0, to1, e0, e1, v, c, 2, bytes);
      else if (rest == 1) multiplyLines(to0, to1, e0, e1, v, c, 1, bytes);
    }
    e += <usize>outChannels * WINOGRAD_LINE;
    v += <usize>inChannels * WINOGRAD_LINE;
    sums += <usize>outChannels * row;
  }
}

/** Multiplies the lines of two output channels with those of the input channels from `c` on. `count` is a constant. */
@inline
function multiplyLines(
  to0: usize,
  to1: usize,
  e0: usize,
  e1: usize,
  v: usize,
  c: i32,
  count: i32,
  bytes: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  const line = v + <usize>c * WINOGRAD_LINE;
  for (let at: usize = 0; at < bytes; at += VECTOR) {
    const p = v128.load(e0 + at);
    const q = v128.load(e1 + at);
    let d = v128.load(line + at);
    a0 = madd(p, d, a0);
    b0 = madd(q, d, b0);
    if (count > 1) {
      d = v128.load(line + at, WINOGRAD_LINE);
      a1 = madd(p, d, a1);
      b1 = madd(q, d, b1);
    }
    if (count > 2) {
      d = v128.load(line + at, 2 * WINOGRAD_LINE);
      a2 = madd(p, d, a2);
      b2 = madd(q, d, b2);
    }
    if (count > 3) {
      d = v128.load(line + at, 3 * WINOGRAD_LINE);
      a3 = madd(p, d, a3);
      b3 = madd(q, d, b3);
    }
  }
  add(to0, c, count, a0, a1, a2, a3);
  if (to1 != to0) add(to1, c, count, b0, b1, b2, b3);
}

@inline
function add(to: usize, c: i32, count: i32, a0: v128, a1: v128, a2: v128, a3: v128): void {
  const at = to + <usize>c * VECTOR;
  v128.store(at, f32x4.add(v128.load(at), a0));
  if (count > 1) v128.store(at, f32x4.add(v128.load(at, 16), a1), 16);
  if (count > 2) v128.store(at, f32x4.add(v128.load(at, 32), a2), 32);
  if (count > 3) v128.store(at, f32x4.add(v128.load(at, 48), a3), 48);
}

/** dw [filters, 3, 3] += Gᵀ m G of the sums m [4, 4, filters], each in four parts. */
function addFilter(dw: usize, sums: usize, filters: i32): void {
  const position = <usize>filters * VECTOR;
  const half = f32x4.splat(0.5);
  for (let i = 0; i < filters; i++) {
    for (let row = 0; row < 3; row++) {
      const a = column(sums, position, row);
      const b = column(sums + position, position, row);
      const c = column(sums + 2 * position, position, row);
      const d = column(sums + 3 * position, position, row);
      const middle = f32x4.mul(half, f32x4.add(b, c));
      addTo(dw, f32x4.add(a, middle));
      addTo(dw + 4, f32x4.mul(half, f32x4.sub(b, c)));
      addTo(dw + 8, f32x4.add(middle, d));
      dw += 12;
    }
    sums += VECTOR;
  }
}

/** Returns an element of Gᵀ m: row `row` of Gᵀ times a column of m. */
@inline
function column(sums: usize, position: usize, row: i32): v128 {
  const half = f32x4.splat(0.5);
  const b = v128.load(sums + 4 * position);
  const c = v128.load(sums + 8 * position);
  if (row == 1) return f32x4.mul(half, f32x4.sub(b, c));
  const middle = f32x4.mul(half, f32x4.add(b, c));
  return f32x4.add(middle, v128.load(row == 0 ? sums : sums + 12 * position));
}

@inline
function addTo(dw: usize, parts: v128): void {
  store<f32>(dw, load<f32>(dw) + horizontalSum(parts));
}
