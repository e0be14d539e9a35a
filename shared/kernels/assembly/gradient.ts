/** @file The gradient of a batch out of those of its slices. */

/** Four of Σ dw[s] over `slices` slices of `bytes` bytes, always in the same order. */
@inline
export function sumSlices(dw: usize, slices: i32, bytes: usize): v128 {
  let sum = v128.load(dw);
  for (let s = 1; s < slices; s++) sum = f32x4.add(sum, v128.load(dw + <usize>s * bytes));
  return sum;
}
