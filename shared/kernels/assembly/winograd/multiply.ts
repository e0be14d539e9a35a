/** @file The matrix products of Winograd's convolution. */
import { WINOGRAD_LINE } from '../../constants';
import { madd, VECTOR } from '../simd';

/** m [4, 4, outChannels, tiles] = u [4, 4, outChannels, inChannels] · v [4, 4, inChannels, tiles], position by position. */
export function multiply(m: usize, u: usize, v: usize, inChannels: i32, outChannels: i32, tiles: i32): void {
  const bytes = (<usize>((tiles + 3) & ~3)) << 2;
  const row = (<usize>inChannels) << 2;
  for (let position = 0; position < 16; position++) {
    for (let o = 0; o < outChannels; o += 2) {
      // The last channel of an odd number is computed twice, to the same address.
      const second = min(o + 1, outChannels - 1);
      const u0 = u + <usize>o * row;
      const u1 = u + <usize>second * row;
      const m0 = m + <usize>o * WINOGRAD_LINE;
      const m1 = m + <usize>second * WINOGRAD_LINE;
      let at: usize = 0;
      for (; at + 5 * VECTOR <= bytes; at += 6 * VECTOR) multiply6(m0 + at, m1 + at, u0, u1, v + at, inChannels);
      for (; at < bytes; at += VECTOR) multiply1(m0 + at, m1 + at, u0, u1, v + at, inChannels);
    }
    u += <usize>outChannels * row;
    v += <usize>inChannels * WINOGRAD_LINE;
    m += <usize>outChannels * WINOGRAD_LINE;
  }
}

/** Computes six vectors of tiles for two output channels. */
@inline
function multiply6(m0: usize, m1: usize, u0: usize, u1: usize, v: usize, inChannels: i32): void {
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

/** Computes one vector of tiles for two output channels. */
@inline
function multiply1(m0: usize, m1: usize, u0: usize, u1: usize, v: usize, inChannels: i32): void {
  let a = f32x4.splat(0);
  let b = a;
  for (let c = 0; c < inChannels; c++) {
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
