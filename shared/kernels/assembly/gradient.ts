/** @file Sums the gradients of a batch's slices. */

/** Returns a vector of Σ dw[s] over `slices` slices that are `bytes` apart, added in their order. */
@inline
export function sumSlices(dw: usize, slices: i32, bytes: usize): v128 {
  let sum = v128.load(dw);
  for (let s = 1; s < slices; s++) sum = f32x4.add(sum, v128.load(dw + <usize>s * bytes));
  return sum;
}
