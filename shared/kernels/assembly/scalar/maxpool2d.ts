/** @file Max pooling over windows of any size and stride, for one image. Windows may overlap. */
import { Operation } from '../plan';

/**
 * y [outputs, yHeight, yWidth] = the maxima of x.
 * @param argmax words in the shape of y, output: the offset of each maximum in x, in bytes; the first of equal ones
 */
export function f32_scalar_maxpool2d(op: Operation, y: usize, argmax: usize, x: usize): void {
  for (let c = 0; c < op.outputs; c++) {
    for (let i = 0; i < op.yHeight; i++) {
      for (let j = 0; j < op.yWidth; j++) {
        const corner = <usize>c * op.xPlane + <usize>(i * op.stride) * op.xRow + ((<usize>(j * op.stride)) << 2);
        let maximum = corner;
        for (let ky = 0; ky < op.kernelSize; ky++) {
          for (let kx = 0; kx < op.kernelSize; kx++) {
            const candidate = corner + <usize>ky * op.xRow + ((<usize>kx) << 2);
            if (load<f32>(x + candidate) > load<f32>(x + maximum)) maximum = candidate;
          }
        }
        store<f32>(y + <usize>c * op.yPlane + <usize>i * op.yRow + ((<usize>j) << 2), load<f32>(x + maximum));
        store<usize>(argmax, maximum);
        argmax += 4;
      }
    }
  }
}

/** dx = for each pixel, the sum of dy over the windows whose maximum it is. */
export function f32_scalar_maxpool2d_grad(op: Operation, dx: usize, dy: usize, argmax: usize): void {
  for (let c = 0; c < op.inputs; c++) {
    for (let i = 0; i < op.height; i++) {
      memory.fill(dx + <usize>c * op.xPlane + <usize>i * op.xRow, 0, (<usize>op.width) << 2);
    }
  }
  for (let c = 0; c < op.outputs; c++) {
    for (let i = 0; i < op.yHeight; i++) {
      for (let j = 0; j < op.yWidth; j++) {
        const at = dx + load<usize>(argmax);
        store<f32>(at, load<f32>(at) + load<f32>(dy + <usize>c * op.yPlane + <usize>i * op.yRow + ((<usize>j) << 2)));
        argmax += 4;
      }
    }
  }
}
