/** @file A linear layer for one image, one multiplication at a time. */
import { Operation } from '../plan';

/** y [outputs] = w [outputs, inputs] · x + bias [outputs]. */
export function f32_scalar_linear(op: Operation, y: usize, x: usize, w: usize, bias: usize): void {
  for (let o = 0; o < op.outputs; o++) {
    let sum = load<f32>(bias + ((<usize>o) << 2));
    for (let i = 0; i < op.inputs; i++) {
      sum += load<f32>(w) * load<f32>(x + ((<usize>i) << 2));
      w += 4;
    }
    store<f32>(y + ((<usize>o) << 2), sum);
  }
}

/** dx [inputs] = wᵀ · dy. */
export function f32_scalar_linear_grad_input(op: Operation, dx: usize, dy: usize, w: usize): void {
  memory.fill(dx, 0, (<usize>op.inputs) << 2);
  for (let o = 0; o < op.outputs; o++) {
    const gradient = load<f32>(dy + ((<usize>o) << 2));
    for (let i = 0; i < op.inputs; i++) {
      const at = dx + ((<usize>i) << 2);
      store<f32>(at, load<f32>(at) + gradient * load<f32>(w));
      w += 4;
    }
  }
}

/** dw [outputs, inputs] += dy · xᵀ and db [outputs] += dy. */
export function f32_scalar_linear_grad_weight(op: Operation, dw: usize, db: usize, dy: usize, x: usize): void {
  for (let o = 0; o < op.outputs; o++) {
    const gradient = load<f32>(dy + ((<usize>o) << 2));
    const bias = db + ((<usize>o) << 2);
    store<f32>(bias, load<f32>(bias) + gradient);
    for (let i = 0; i < op.inputs; i++) {
      store<f32>(dw, load<f32>(dw) + gradient * load<f32>(x + ((<usize>i) << 2)));
      dw += 4;
    }
  }
}
