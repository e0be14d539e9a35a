/**
 * @file The transform of the input of Winograd's convolution in tiles of 4×4, four adjacent tiles at a time. convolution.ts has the
 * matrices.
 */
import { madd, VECTOR } from '../simd';
import { lineOf } from './filter';

/** Bytes of a row of the intermediate result of a row of tiles: four floats a tile, and a vector more. */
const ROW_BYTES: usize = 448;

/** Bytes of the intermediate results of a transform: up to eight rows. */
export const TRANSFORM_BYTES: usize = 8 * ROW_BYTES;

/**
 * v [tile, tile, channels, rows · columns] = Bᵀ d B of the tiles d of planes.
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
  tile: i32,
): void {
  for (let c = 0; c < channels; c++) {
    const plane = x + load<usize>(offsets + ((<usize>c) << 2));
    for (let r = 0; r < rows; r++) {
      const d = plane + <usize>(4 * r) * rowBytes;
      const to = v + <usize>c * lineOf(tile) + ((<usize>(r * columns)) << 2);
      if (ASC_FEATURE_THREADS && tile == 8) transformTiles(to, position, d, columns, rowBytes, scratch, 8);
      else if (ASC_FEATURE_THREADS && tile == 7) transformTiles(to, position, d, columns, rowBytes, scratch, 7);
      else transformTiles(to, position, d, columns, rowBytes, scratch, 6);
    }
  }
}

/** v [tile, tile, columns] = Bᵀ d B of a row of tiles. `tile` is a constant. */
@inline
function transformTiles(v: usize, position: usize, d: usize, columns: i32, rowBytes: usize, scratch: usize, tile: i32): void {
  transformColumns(scratch, d, columns, rowBytes, tile);
  for (let i = 0; i < tile; i++) {
    transformRow(v, position, scratch + <usize>i * ROW_BYTES, columns, tile);
    v += <usize>tile * position;
  }
}

/** t [tile, ROW_BYTES] = Bᵀ d: each column of a row of tiles. */
@inline
function transformColumns(t: usize, d: usize, columns: i32, rowBytes: usize, tile: i32): void {
  const d1 = d + rowBytes;
  const d2 = d1 + rowBytes;
  const d3 = d2 + rowBytes;
  const d4 = d3 + rowBytes;
  const d5 = d4 + rowBytes;
  // Unused points repeat one that is used.
  const d6 = tile > 6 ? d5 + rowBytes : d5;
  const d7 = tile > 7 ? d6 + rowBytes : d5;
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
      v128.load(d6 + at),
      v128.load(d7 + at),
      tile,
    );
  }
}

/** Stores Bᵀ times a column of `tile` vectors. */
@inline
function put(
  to: usize,
  step: usize,
  d0: v128,
  d1: v128,
  d2: v128,
  d3: v128,
  d4: v128,
  d5: v128,
  d6: v128,
  d7: v128,
  tile: i32,
): void {
  const four = f32x4.splat(4);
  const minusFour = f32x4.splat(-4);
  const minusFive = f32x4.splat(-5);
  // The polynomials of the first six points have another factor: x − ½, or x² − ¼.
  if (tile == 7) {
    const factor = f32x4.splat(-0.5);
    v128.store(to + 6 * step, madd(d1, four, madd(d3, minusFive, d5)));
    d0 = madd(d0, factor, d1);
    d1 = madd(d1, factor, d2);
    d2 = madd(d2, factor, d3);
    d3 = madd(d3, factor, d4);
    d4 = madd(d4, factor, d5);
    d5 = madd(d5, factor, d6);
  } else if (tile == 8) {
    const factor = f32x4.splat(-0.25);
    const even = madd(d2, four, madd(d4, minusFive, d6));
    const odd = f32x4.mul(madd(d1, four, madd(d3, minusFive, d5)), f32x4.splat(0.5));
    v128.store(to + 6 * step, f32x4.add(even, odd));
    v128.store(to + 7 * step, f32x4.sub(even, odd));
    d0 = madd(d0, factor, d2);
    d1 = madd(d1, factor, d3);
    d2 = madd(d2, factor, d4);
    d3 = madd(d3, factor, d5);
    d4 = madd(d4, factor, d6);
    d5 = madd(d5, factor, d7);
  }
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

/** Multiplies a row of Bᵀ d by B: v [tile, columns] with a step of `position` bytes. */
@inline
function transformRow(v: usize, position: usize, t: usize, columns: i32, tile: i32): void {
  for (let at: usize = 0; at < (<usize>columns) << 2; at += VECTOR) {
    // Four tiles begin at floats 0, 4, 8 and 12: transposed, their columns 0 … 3. Columns 4 … 7 begin the next tile.
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
    const c6 = tile > 6 ? v128.shuffle<f32>(c2, next, 1, 2, 3, 6) : c5;
    const c7 = tile > 7 ? v128.shuffle<f32>(c3, next, 1, 2, 3, 7) : c5;
    put(v + at, position, c0, c1, c2, c3, c4, c5, c6, c7, tile);
    t += 4 * VECTOR;
  }
}

/**
 * v [tile, tile, rows · columns, channels] = Bᵀ d B as in `transformInput`, tile by tile.
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
  tile: i32,
): void {
  for (let c = 0; c < channels; c++) {
    const plane = x + load<usize>(offsets + ((<usize>c) << 2));
    for (let r = 0; r < rows; r++) {
      const d = plane + <usize>(4 * r) * rowBytes;
      const to = v + <usize>(r * columns) * line + ((<usize>c) << 2);
      if (tile == 8) transformByTile(to, position, d, columns, rowBytes, line, scratch, 8);
      else if (tile == 7) transformByTile(to, position, d, columns, rowBytes, line, scratch, 7);
      else transformByTile(to, position, d, columns, rowBytes, line, scratch, 6);
    }
  }
}

@inline
function transformByTile(
  v: usize,
  position: usize,
  d: usize,
  columns: i32,
  rowBytes: usize,
  line: usize,
  scratch: usize,
  tile: i32,
): void {
  const turned = scratch + TRANSFORM_BYTES;
  transformColumns(scratch, d, columns, rowBytes, tile);
  for (let i = 0; i < tile; i++) {
    transformRow(turned, ROW_BYTES, scratch + <usize>i * ROW_BYTES, columns, tile);
    for (let j = 0; j < tile; j++) {
      for (let t = 0; t < columns; t++) {
        store<u32>(v + <usize>t * line, load<u32>(turned + <usize>j * ROW_BYTES + ((<usize>t) << 2)));
      }
      v += position;
    }
  }
}
