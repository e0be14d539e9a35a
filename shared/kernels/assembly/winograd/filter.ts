/** @file The filter transform of Winograd's convolution. */

/**
 * u [4, 4, outChannels, inChannels] = G g Gᵀ of w [outChannels, inChannels, 3, 3].
 * @param isRotated w is rotated by 180°, and u is [4, 4, inChannels, outChannels]: the filter that computes the gradient of the input.
 * The rotation exchanges the first and last row, and the first and last column, of each transformed filter.
 */
export function f32_winograd_filter(u: usize, w: usize, inChannels: i32, outChannels: i32, isRotated: bool): void {
  const plane = (<usize>(inChannels * outChannels)) << 2;
  for (let o = 0; o < outChannels; o++) {
    for (let c = 0; c < inChannels; c++) {
      const g = w + <usize>(o * inChannels + c) * 36;
      const at = (<usize>(isRotated ? c * outChannels + o : o * inChannels + c)) << 2;
      for (let i = 0; i < 4; i++) {
        const g0 = filterRow(i, load<f32>(g), load<f32>(g, 12), load<f32>(g, 24));
        const g1 = filterRow(i, load<f32>(g, 4), load<f32>(g, 16), load<f32>(g, 28));
        const g2 = filterRow(i, load<f32>(g, 8), load<f32>(g, 20), load<f32>(g, 32));
        for (let j = 0; j < 4; j++) {
          const value = filterRow(j, g0, g1, g2);
          const position = isRotated ? opposite(i) * 4 + opposite(j) : i * 4 + j;
          store<f32>(u + <usize>position * plane + at, value);
        }
      }
    }
  }
}

/** Returns row i of G times a column. */
@inline
function filterRow(i: i32, a: f32, b: f32, c: f32): f32 {
  if (i == 0) return a;
  if (i == 3) return c;
  return 0.5 * (i == 1 ? a + b + c : a - b + c);
}

@inline
function opposite(i: i32): i32 {
  return i == 0 ? 3 : i == 3 ? 0 : i;
}
