/** @file Copies an image without the zeros around its planes. */
import { Operation } from './plan';

/** y = x. */
export function f32_flatten(op: Operation, y: usize, x: usize): void {
  for (let c = 0; c < op.inputs; c++) {
    for (let i = 0; i < op.height; i++) {
      const from = x + <usize>c * op.xPlane + <usize>i * op.xRow;
      memory.copy(y + <usize>c * op.yPlane + <usize>i * op.yRow, from, (<usize>op.width) << 2);
    }
  }
}

/** dx = dy. */
export function f32_flatten_grad(op: Operation, dx: usize, dy: usize): void {
  for (let c = 0; c < op.inputs; c++) {
    for (let i = 0; i < op.height; i++) {
      const from = dy + <usize>c * op.yPlane + <usize>i * op.yRow;
      memory.copy(dx + <usize>c * op.xPlane + <usize>i * op.xRow, from, (<usize>op.width) << 2);
    }
  }
}
