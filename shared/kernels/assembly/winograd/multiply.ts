/** @file The matrix products of Winograd's convolutions. */
import { madd, VECTOR } from '../simd';

/**
 * m [positions, outChannels, tiles] = u [positions, outChannels, inChannels] · v [positions, inChannels, tiles], position by position.
 * Writes up to a vector more than the tiles of each channel.
 *
 * @param line bytes from one channel's tiles to the next, in v and m
 * @param row bytes from one output channel to the next in u
 * @param uPosition bytes from position to position of u; likewise of v and m
 * @param adds adds the products to m
 */
export function multiply(
  m: usize,
  u: usize,
  v: usize,
  inChannels: i32,
  outChannels: i32,
  tiles: i32,
  positions: i32,
  line: usize,
  row: usize,
  uPosition: usize,
  vPosition: usize,
  mPosition: usize,
  adds: bool,
): void {
  const bytes = (<usize>((tiles + 3) & ~3)) << 2;
  for (let position = 0; position < positions; position++) {
    let at: usize = 0;
    for (; at + 5 * VECTOR <= bytes; at += 6 * VECTOR) {
      for (let o = 0; o < outChannels; o += 2) {
        // The last channel of an odd number is computed twice, to the same address.
        const second = <usize>min(o + 1, outChannels - 1);
        const m0 = m + <usize>o * line + at;
        block2(m0, m + second * line + at, u + <usize>o * row, u + second * row, v + at, inChannels, line, adds);
      }
    }
    for (; at < bytes; at += 2 * VECTOR) {
      for (let o = 0; o < outChannels; o += 4) {
        const last = outChannels - 1;
        block4(m + at, u, v + at, o, min(o + 1, last), min(o + 2, last), min(o + 3, last), inChannels, line, row, adds);
      }
    }
    u += uPosition;
    v += vPosition;
    m += mPosition;
  }
}

@inline
function initial(m: usize, adds: bool): v128 {
  return adds ? v128.load(m) : f32x4.splat(0);
}

/** Computes six vectors of tiles for two output channels. */
@inline
function block2(m0: usize, m1: usize, u0: usize, u1: usize, v: usize, inChannels: i32, line: usize, adds: bool): void {
  let a0 = initial(m0, adds);
  let a1 = initial(m0 + 16, adds);
  let a2 = initial(m0 + 32, adds);
  let a3 = initial(m0 + 48, adds);
  let a4 = initial(m0 + 64, adds);
  let a5 = initial(m0 + 80, adds);
  let b0 = initial(m1, adds);
  let b1 = initial(m1 + 16, adds);
  let b2 = initial(m1 + 32, adds);
  let b3 = initial(m1 + 48, adds);
  let b4 = initial(m1 + 64, adds);
  let b5 = initial(m1 + 80, adds);
  for (let c = 0; c < inChannels; c++) {
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
    v += line;
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

/** Computes two vectors of tiles for four output channels. */
@inline
function block4(
  m: usize,
  u: usize,
  v: usize,
  o0: usize,
  o1: usize,
  o2: usize,
  o3: usize,
  inChannels: i32,
  line: usize,
  row: usize,
  adds: bool,
): void {
  let a0 = initial(m + o0 * line, adds);
  let a1 = initial(m + o0 * line + 16, adds);
  let b0 = initial(m + o1 * line, adds);
  let b1 = initial(m + o1 * line + 16, adds);
  let c0 = initial(m + o2 * line, adds);
  let c1 = initial(m + o2 * line + 16, adds);
  let d0 = initial(m + o3 * line, adds);
  let d1 = initial(m + o3 * line + 16, adds);
  let u0 = u + o0 * row;
  let u1 = u + o1 * row;
  let u2 = u + o2 * row;
  let u3 = u + o3 * row;
  for (let c = 0; c < inChannels; c++) {
    const p = v128.load(v);
    const q = v128.load(v, 16);
    let w = v128.load32_splat(u0);
    a0 = madd(p, w, a0);
    a1 = madd(q, w, a1);
    w = v128.load32_splat(u1);
    b0 = madd(p, w, b0);
    b1 = madd(q, w, b1);
    w = v128.load32_splat(u2);
    c0 = madd(p, w, c0);
    c1 = madd(q, w, c1);
    w = v128.load32_splat(u3);
    d0 = madd(p, w, d0);
    d1 = madd(q, w, d1);
    u0 += 4;
    u1 += 4;
    u2 += 4;
    u3 += 4;
    v += line;
  }
  v128.store(m + o0 * line, a0);
  v128.store(m + o0 * line, a1, 16);
  v128.store(m + o1 * line, b0);
  v128.store(m + o1 * line, b1, 16);
  v128.store(m + o2 * line, c0);
  v128.store(m + o2 * line, c1, 16);
  v128.store(m + o3 * line, d0);
  v128.store(m + o3 * line, d1, 16);
}
