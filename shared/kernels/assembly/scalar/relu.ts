/** @file ReLU for one image. */
import { Operation } from '../plan';

/** y = max(x, 0). */
export function f32_relu(op: Operation, y: usize, x: usize): void {
  for (let c = 0; c < op.inputs; c++) {
    for (let i = 0; i < op.height; i++) {
      const from = x + <usize>c * op.xPlane + <usize>i * op.xRow;
      const to = y + <usize>c * op.yPlane + <usize>i * op.yRow;
      for (let at: usize = 0; at < (<usize>op.width) << 2; at += 4) {
        store<f32>(to + at, max<f32>(load<f32>(from + at), 0));
      }
    }
  }
}

/** dx = dy where x is positive, zero elsewhere. */
export function f32_relu_grad(op: Operation, dx: usize, dy: usize, x: usize): void {
  for (let c = 0; c < op.inputs; c++) {
    for (let i = 0; i < op.height; i++) {
      const row = <usize>c * op.xPlane + <usize>i * op.xRow;
      const from = dy + <usize>c * op.yPlane + <usize>i * op.yRow;
      for (let at: usize = 0; at < (<usize>op.width) << 2; at += 4) {
        store<f32>(dx + row + at, load<f32>(x + row + at) > 0 ? load<f32>(from + at) : 0);
      }
    }
  }
}
