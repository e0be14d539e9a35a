/** @file Max pooling over windows of 2×2, from planes in the layout of conv3x3.ts. */

/**
 * y [channels, height/2, width/2] = the maxima of x [channels, height, width].
 * @param argmax bytes in the shape of y, output: the index of each maximum in its window, the first of equal ones
 */
export function f32_maxpool2x2(
  y: usize,
  argmax: usize,
  x: usize,
  channels: i32,
  height: i32,
  width: i32,
  xRow: usize,
  xPlane: usize,
  yRow: usize,
  yPlane: usize,
): void {
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < height >> 1; i++) {
      let from = x + <usize>c * xPlane + <usize>i * 2 * xRow;
      let to = y + <usize>c * yPlane + <usize>i * yRow;
      for (let j = 0; j < width >> 1; j++) {
        let best = load<f32>(from);
        let which: u8 = 0;
        let value = load<f32>(from, 4);
        if (value > best) {
          best = value;
          which = 1;
        }
        value = load<f32>(from + xRow);
        if (value > best) {
          best = value;
          which = 2;
        }
        value = load<f32>(from + xRow, 4);
        if (value > best) {
          best = value;
          which = 3;
        }
        store<f32>(to, best);
        store<u8>(argmax++, which);
        from += 8;
        to += 4;
      }
    }
  }
}

/**
 * dx [channels, height, width] = dy at the maxima, zero elsewhere.
 * @param argmax as written by `f32_maxpool2x2`
 * @param relu whether x is the output of a ReLU: then dx is also zero where a maximum is not positive
 */
export function f32_maxpool2x2_grad(
  dx: usize,
  dy: usize,
  y: usize,
  argmax: usize,
  channels: i32,
  height: i32,
  width: i32,
  xRow: usize,
  xPlane: usize,
  yRow: usize,
  yPlane: usize,
  relu: bool,
): void {
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < height >> 1; i++) {
      let to = dx + <usize>c * xPlane + <usize>i * 2 * xRow;
      const row = <usize>c * yPlane + <usize>i * yRow;
      for (let j = 0; j < width >> 1; j++) {
        const at = row + ((<usize>j) << 2);
        let gradient = load<f32>(dy + at);
        if (relu && load<f32>(y + at) <= 0) gradient = 0;
        const which = load<u8>(argmax++);
        store<f32>(to, which == 0 ? gradient : 0);
        store<f32>(to, which == 1 ? gradient : 0, 4);
        store<f32>(to + xRow, which == 2 ? gradient : 0);
        store<f32>(to + xRow, which == 3 ? gradient : 0, 4);
        to += 8;
      }
    }
  }
}
