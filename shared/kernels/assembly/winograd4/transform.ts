/** @file The input and output transforms of Winograd's F(4×4, 3×3), four adjacent tiles at a time. convolution.ts has the matrices. */
import { WINOGRAD4_LINE } from '../../constants';
import { madd, VECTOR } from '../simd';

/** Bytes of a row of the intermediate result of a row of tiles: four floats a tile, and a vector more. */
const ROW_BYTES: usize = 448;

/** Bytes of the intermediate results of a transform: six rows. */
export const TRANSFORM_BYTES: usize = 6 * ROW_BYTES;

/**
 * v [6, 6, channels, rows · columns] = Bᵀ d B of the tiles d of planes.
 * @param position bytes from position to position of v
 * @param offsets bytes from x to the first tile of each channel [channels]
 * @param scratch TRANSFORM_BYTES
 */
export function transformInput(
  v: usize,
  position: usize,
  x: usize,
  offsets: usize,
  channels: i32,
  rows: i32,
  columns: i32,
  rowBytes: usize,
  scratch: usize,
): void {
  for (let c = 0; c < channels; c++) {
    const plane = x + load<usize>(offsets + ((<usize>c) << 2));
    for (let r = 0; r < rows; r++) {
      transformColumns(scratch, plane + <usize>(4 * r) * rowBytes, columns, rowBytes);
      let to = v + <usize>c * WINOGRAD4_LINE + ((<usize>(r * columns)) << 2);
      for (let i = 0; i < 6; i++) {
        transformRow(to, position, scratch + <usize>i * ROW_BYTES, columns);
        to += 6 * position;
      }
    }
  }
}

/** t [6, ROW_BYTES] = Bᵀ d: each column of a row of tiles. */
@inline
function transformColumns(t: usize, d: usize, columns: i32, rowBytes: usize): void {
  const d1 = d + rowBytes;
  const d2 = d1 + rowBytes;
  const d3 = d2 + rowBytes;
  const d4 = d3 + rowBytes;
  const d5 = d4 + rowBytes;
  for (let at: usize = 0; at <= <usize>columns * VECTOR; at += VECTOR) {
    put(
      t + at,
      ROW_BYTES,
      v128.load(d + at),
      v128.load(d1 + at),
      v128.load(d2 + at),
      v128.load(d3 + at),
      v128.load(d4 + at),
      v128.load(d5 + at),
    );
  }
}

/** Stores Bᵀ times a column of six vectors. */
@inline
function put(to: usize, step: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  const four = f32x4.splat(4);
  const minusFour = f32x4.splat(-4);
  const minusFive = f32x4.splat(-5);
  const a = madd(d2, minusFour, d4);
  const b = madd(d1, minusFour, d3);
  const c = f32x4.sub(d4, d2);
  const half = f32x4.sub(d3, d1);
  const e = f32x4.add(half, half);
  v128.store(to, madd(d0, four, madd(d2, minusFive, d4)));
  v128.store(to + step, f32x4.add(a, b));
  v128.store(to + 2 * step, f32x4.sub(a, b));
  v128.store(to + 3 * step, f32x4.add(c, e));
  v128.store(to + 4 * step, f32x4.sub(c, e));
  v128.store(to + 5 * step, madd(d1, four, madd(d3, minusFive, d5)));
}

/** Multiplies a row of Bᵀ d by B: v [6, columns] with a step of `position` bytes. */
@inline
function transformRow(v: usize, position: usize, t: usize, columns: i32): void {
  for (let at: usize = 0; at < (<usize>columns) << 2; at += VECTOR) {
    // Four tiles begin at floats 0, 4, 8 and 12: transposed, their columns 0 … 3. Columns 4 and 5 begin the next tile.
    const p0 = v128.load(t);
    const p1 = v128.load(t, 16);
    const p2 = v128.load(t, 32);
    const p3 = v128.load(t, 48);
    const next = v128.load(t, 64);
    const low01 = v128.shuffle<f32>(p0, p1, 0, 4, 1, 5);
    const low23 = v128.shuffle<f32>(p2, p3, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(p0, p1, 2, 6, 3, 7);
    const high23 = v128.shuffle<f32>(p2, p3, 2, 6, 3, 7);
    const c0 = v128.shuffle<f32>(low01, low23, 0, 1, 4, 5);
    const c1 = v128.shuffle<f32>(low01, low23, 2, 3, 6, 7);
    const c2 = v128.shuffle<f32>(high01, high23, 0, 1, 4, 5);
    const c3 = v128.shuffle<f32>(high01, high23, 2, 3, 6, 7);
    const c4 = v128.shuffle<f32>(c0, next, 1, 2, 3, 4);
    const c5 = v128.shuffle<f32>(c1, next, 1, 2, 3, 5);
    put(v + at, position, c0, c1, c2, c3, c4, c5);
    t += 4 * VECTOR;
  }
}

/**
 * v [6, 6, rows · columns, channels] = Bᵀ d B as in `transformInput`, tile by tile.
 * @param line bytes from tile to tile
 */
export function transformInputByTile(
  v: usize,
  position: usize,
  x: usize,
  offsets: usize,
  channels: i32,
  rows: i32,
  columns: i32,
  rowBytes: usize,
  line: usize,
  scratch: usize,
): void {
  const turned = scratch + TRANSFORM_BYTES;
  for (let c = 0; c < channels; c++) {
    const plane = x + load<usize>(offsets + ((<usize>c) << 2));
    for (let r = 0; r < rows; r++) {
      transformColumns(scratch, plane + <usize>(4 * r) * rowBytes, columns, rowBytes);
      let to = v + <usize>(r * columns) * line + ((<usize>c) << 2);
      for (let i = 0; i < 6; i++) {
        transformRow(turned, ROW_BYTES, scratch + <usize>i * ROW_BYTES, columns);
        for (let j = 0; j < 6; j++) {
          for (let t = 0; t < columns; t++) {
            store<u32>(to + <usize>t * line, load<u32>(turned + <usize>j * ROW_BYTES + ((<usize>t) << 2)));
          }
          to += position;
        }
      }
    }
  }
}

/**
 * y [4 · rows, 4 · columns] = Aᵀ m A + bias of one channel, whose rows have `outputRow(columns)` bytes.
 * @param position bytes from position to position of m [6, 6, rows · columns]
 * @param scratch 4 · 6 vectors
 */
export function transformOutput(
  y: usize,
  m: usize,
  position: usize,
  bias: f32,
  rows: i32,
  columns: i32,
  scratch: usize,
): void {
  const row = outputRow(columns);
  const added = f32x4.splat(bias);
  for (let r = 0; r < rows; r++) {
    for (let t = 0; t < columns; t += 4) {
      let at = m + ((<usize>(r * columns + t)) << 2);
      for (let j = 0; j < 6; j++) {
        putOutput(scratch + <usize>j * VECTOR, 6 * VECTOR, at, 6 * position);
        at += position;
      }
      let to = y + <usize>(4 * r) * row + <usize>t * VECTOR;
      for (let i = 0; i < 4; i++) {
        const line = scratch + <usize>i * (6 * VECTOR);
        putOutput(line, VECTOR, line, VECTOR);
        for (let j: usize = 0; j < 4 * VECTOR; j += VECTOR) v128.store(line + j, f32x4.add(added, v128.load(line + j)));
        putTransposed(to, line);
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

/** Stores Aᵀ times a column of six vectors, which are `from6` bytes apart. */
@inline
function putOutput(to: usize, step: usize, from: usize, from6: usize): void {
  const m1 = v128.load(from + from6);
  const m2 = v128.load(from + 2 * from6);
  const m3 = v128.load(from + 3 * from6);
  const m4 = v128.load(from + 4 * from6);
  const plus = f32x4.add(m1, m2);
  const minus = f32x4.sub(m1, m2);
  const plus2 = f32x4.add(m3, m4);
  const minus2 = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(v128.load(from), f32x4.add(plus, plus2)));
  v128.store(to + step, madd(minus2, f32x4.splat(2), minus));
  v128.store(to + 2 * step, madd(plus2, f32x4.splat(4), plus));
  v128.store(to + 3 * step, f32x4.add(madd(minus2, f32x4.splat(8), minus), v128.load(from + 5 * from6)));
}

/**
 * e [6, 6, channels, rows · columns] = A d Aᵀ of the 4×4 tiles d of planes of `planeBytes` bytes.
 * @param scratch 6 · 4 vectors
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
): void {
  for (let o = 0; o < channels; o++) {
    for (let r = 0; r < rows; r++) {
      for (let t = 0; t < columns; t += 4) {
        const d = dy + <usize>o * planeBytes + <usize>(4 * r) * rowBytes + <usize>t * VECTOR;
        for (let i: usize = 0; i < 4 * VECTOR; i += VECTOR) {
          const at = d + i;
          const d1 = v128.load(at + rowBytes);
          const d2 = v128.load(at + 2 * rowBytes);
          spread(scratch + i, 4 * VECTOR, v128.load(at), d1, d2, v128.load(at + 3 * rowBytes));
        }
        let to = e + <usize>o * WINOGRAD4_LINE + ((<usize>(r * columns + t)) << 2);
        for (let i = 0; i < 6; i++) {
          const line = scratch + <usize>i * (4 * VECTOR);
          putTransposed(line, line);
          spread(to, position, v128.load(line), v128.load(line, 16), v128.load(line, 32), v128.load(line, 48));
          to += 6 * position;
        }
      }
    }
  }
}

/** Stores A times a column of four vectors. */
@inline
function spread(to: usize, step: usize, d0: v128, d1: v128, d2: v128, d3: v128): void {
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
}
