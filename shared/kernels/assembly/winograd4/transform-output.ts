/**
 * @file The transforms of the output of Winograd's convolution in tiles of 4×4, and of its gradient, four adjacent tiles at a time.
 * convolution.ts has the matrices.
 */
import { madd, VECTOR } from '../simd';
import { lineOf } from './filter';

/**
 * y [4 · rows, 4 · columns] = Aᵀ m A + bias of one channel, whose rows have `outputRow(columns)` bytes.
 * @param position bytes from position to position of m [tile, tile, rows · columns]
 * @param scratch 4 · tile vectors
 */
export function transformOutput(
  y: usize,
  m: usize,
  position: usize,
  bias: f32,
  rows: i32,
  columns: i32,
  scratch: usize,
  tile: i32,
): void {
  if (ASC_FEATURE_THREADS && tile == 8) outputTiles(y, m, position, bias, rows, columns, scratch, 8);
  else if (ASC_FEATURE_THREADS && tile == 7) outputTiles(y, m, position, bias, rows, columns, scratch, 7);
  else outputTiles(y, m, position, bias, rows, columns, scratch, 6);
}

@inline
function outputTiles(
  y: usize,
  m: usize,
  position: usize,
  bias: f32,
  rows: i32,
  columns: i32,
  scratch: usize,
  tile: i32,
): void {
  const row = outputRow(columns);
  const line = <usize>tile * VECTOR;
  const added = f32x4.splat(bias);
  for (let r = 0; r < rows; r++) {
    for (let t = 0; t < columns; t += 4) {
      let at = m + ((<usize>(r * columns + t)) << 2);
      for (let j = 0; j < tile; j++) {
        putOutput(scratch + <usize>j * VECTOR, line, at, <usize>tile * position, tile);
        at += position;
      }
      let to = y + <usize>(4 * r) * row + <usize>t * VECTOR;
      for (let i = 0; i < 4; i++) {
        const from = scratch + <usize>i * line;
        putOutput(from, VECTOR, from, VECTOR, tile);
        for (let j: usize = 0; j < 4 * VECTOR; j += VECTOR) v128.store(from + j, f32x4.add(added, v128.load(from + j)));
        putTransposed(to, from);
        to += row;
      }
    }
  }
}

/** Stores the transpose of four vectors. */
@inline
function putTransposed(to: usize, from: usize): void {
  const p0 = v128.load(from);
  const p1 = v128.load(from, 16);
  const p2 = v128.load(from, 32);
  const p3 = v128.load(from, 48);
  const low01 = v128.shuffle<f32>(p0, p1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(p2, p3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(p0, p1, 2, 6, 3, 7);
  const high23 = v128.shuffle<f32>(p2, p3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 16);
  v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 32);
  v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 48);
}

/** Bytes of a row of outputs: whole groups of four tiles. */
@inline
export function outputRow(columns: i32): usize {
  return <usize>((columns + 3) & ~3) * VECTOR;
}

/** Stores Aᵀ times a column of `tile` vectors, which are `next` bytes apart. */
@inline
function putOutput(to: usize, step: usize, from: usize, next: usize, tile: i32): void {
  const m1 = v128.load(from + next);
  const m2 = v128.load(from + 2 * next);
  const m3 = v128.load(from + 3 * next);
  const m4 = v128.load(from + 4 * next);
  let first = v128.load(from);
  let last = v128.load(from + 5 * next);
  let plus = f32x4.add(m1, m2);
  let minus = f32x4.sub(m1, m2);
  if (tile > 6) {
    const m6 = v128.load(from + 6 * next);
    const m7 = tile > 7 ? v128.load(from + 7 * next) : f32x4.splat(0);
    const plusHalf = tile > 7 ? f32x4.add(m6, m7) : m6;
    const minusHalf = tile > 7 ? f32x4.sub(m6, m7) : m6;
    // `plus` also counts for the first output and `minus` for the last one, where the powers of ½ are 1 and ⅛.
    plus = madd(plusHalf, f32x4.splat(0.25), plus);
    minus = madd(minusHalf, f32x4.splat(0.5), minus);
    first = madd(plusHalf, f32x4.splat(0.75), first);
    last = madd(minusHalf, f32x4.splat(-0.375), last);
  }
  const plus2 = f32x4.add(m3, m4);
  const minus2 = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(first, f32x4.add(plus, plus2)));
  v128.store(to + step, madd(minus2, f32x4.splat(2), minus));
  v128.store(to + 2 * step, madd(plus2, f32x4.splat(4), plus));
  v128.store(to + 3 * step, f32x4.add(madd(minus2, f32x4.splat(8), minus), last));
}

/**
 * e [tile, tile, channels, rows · columns] = A d Aᵀ of the 4×4 tiles d of planes of `planeBytes` bytes.
 * @param scratch tile · 4 vectors
 */
export function transformGradient(
  e: usize,
  position: usize,
  dy: usize,
  channels: i32,
  rows: i32,
  columns: i32,
  rowBytes: usize,
  planeBytes: usize,
  scratch: usize,
  tile: i32,
): void {
  if (tile == 8) gradientTiles(e, position, dy, channels, rows, columns, rowBytes, planeBytes, scratch, 8);
  else if (tile == 7) gradientTiles(e, position, dy, channels, rows, columns, rowBytes, planeBytes, scratch, 7);
  else gradientTiles(e, position, dy, channels, rows, columns, rowBytes, planeBytes, scratch, 6);
}

@inline
function gradientTiles(
  e: usize,
  position: usize,
  dy: usize,
  channels: i32,
  rows: i32,
  columns: i32,
  rowBytes: usize,
  planeBytes: usize,
  scratch: usize,
  tile: i32,
): void {
  for (let o = 0; o < channels; o++) {
    for (let r = 0; r < rows; r++) {
      for (let t = 0; t < columns; t += 4) {
        const d = dy + <usize>o * planeBytes + <usize>(4 * r) * rowBytes + <usize>t * VECTOR;
        for (let i: usize = 0; i < 4 * VECTOR; i += VECTOR) {
          const at = d + i;
          const d1 = v128.load(at + rowBytes);
          const d2 = v128.load(at + 2 * rowBytes);
          spread(scratch + i, 4 * VECTOR, v128.load(at), d1, d2, v128.load(at + 3 * rowBytes), tile);
        }
        let to = e + <usize>o * lineOf(tile) + ((<usize>(r * columns + t)) << 2);
        for (let i = 0; i < tile; i++) {
          const line = scratch + <usize>i * (4 * VECTOR);
          putTransposed(line, line);
          spread(to, position, v128.load(line), v128.load(line, 16), v128.load(line, 32), v128.load(line, 48), tile);
          to += <usize>tile * position;
        }
      }
    }
  }
}

/** Stores A times a column of four vectors. */
@inline
function spread(to: usize, step: usize, d0: v128, d1: v128, d2: v128, d3: v128, tile: i32): void {
  const even = f32x4.add(d0, d2);
  const odd = f32x4.add(d1, d3);
  const even4 = madd(d2, f32x4.splat(4), d0);
  const odd8 = madd(d3, f32x4.splat(8), f32x4.add(d1, d1));
  v128.store(to, d0);
  v128.store(to + step, f32x4.add(even, odd));
  v128.store(to + 2 * step, f32x4.sub(even, odd));
  v128.store(to + 3 * step, f32x4.add(even4, odd8));
  v128.store(to + 4 * step, f32x4.sub(even4, odd8));
  v128.store(to + 5 * step, d3);
  if (tile > 6) {
    const quarter = madd(d2, f32x4.splat(0.25), d0);
    const half = f32x4.mul(madd(d3, f32x4.splat(0.25), d1), f32x4.splat(0.5));
    v128.store(to + 6 * step, f32x4.add(quarter, half));
    if (tile > 7) v128.store(to + 7 * step, f32x4.sub(quarter, half));
  }
}
