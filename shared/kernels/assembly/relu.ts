/** @file A ReLU that no other kernel applies, for one image. */
import { Operation } from './plan';
import { VECTOR } from './simd';

/** y = max(x, 0). */
export function f32_relu(op: Operation, y: usize, x: usize): void {
  const zero = f32x4.splat(0);
  const bytes = (<usize>op.width) << 2;
  for (let c = 0; c < op.inputs; c++) {
    for (let i = 0; i < op.height; i++) {
      const from = x + <usize>c * op.xPlane + <usize>i * op.xRow;
      const to = y + <usize>c * op.yPlane + <usize>i * op.yRow;
      let at: usize = 0;
      for (; at + VECTOR <= bytes; at += VECTOR) v128.store(to + at, f32x4.pmax(v128.load(from + at), zero));
      for (; at < bytes; at += 4) v128.store_lane<u32>(to + at, f32x4.pmax(v128.load32_zero(from + at), zero), 0);
    }
  }
}

/** dx = dy where x is positive, zero elsewhere. */
export function f32_relu_grad(op: Operation, dx: usize, dy: usize, x: usize): void {
  const zero = f32x4.splat(0);
  const bytes = (<usize>op.width) << 2;
  for (let c = 0; c < op.inputs; c++) {
    for (let i = 0; i < op.height; i++) {
      const row = <usize>c * op.xPlane + <usize>i * op.xRow;
      const from = dy + <usize>c * op.yPlane + <usize>i * op.yRow;
      let at: usize = 0;
      for (; at + VECTOR <= bytes; at += VECTOR) {
        const isPositive = f32x4.gt(v128.load(x + row + at), zero);
        v128.store(dx + row + at, v128.and(v128.load(from + at), isPositive));
      }
      for (; at < bytes; at += 4) {
        const isPositive = f32x4.gt(v128.load32_zero(x + row + at), zero);
        v128.store_lane<u32>(dx + row + at, v128.and(v128.load32_zero(from + at), isPositive), 0);
      }
    }
  }
}
