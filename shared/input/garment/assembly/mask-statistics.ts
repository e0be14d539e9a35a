/** @file Sums over a mask and along its contour. */

/**
 * statistics [8] of mask [height, width] =
 * - its area
 * - the sum of the probabilities p [height, width] inside it
 * - the sum of all p
 * - the number of its pixels on the border of the picture
 * - the sum of the colour differences of neighbours on the two sides of its contour, and their number
 * - the sum of the colour differences of all neighbours, and their number
 * @param right squared difference of each pixel to the next in its row, zero in the last column
 * @param below squared difference of each pixel to the next in its column, zero in the last row
 */
export function f64_mask_statistics(
  statistics: usize,
  mask: usize,
  p: usize,
  right: usize,
  below: usize,
  width: i32,
  height: i32,
  stride: i32,
): void {
  let area = 0;
  let inside: f64 = 0;
  let all: f64 = 0;
  let onBorder = 0;
  let across: f64 = 0;
  let crossings = 0;
  let differences: f64 = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = <usize>(y * stride + x);
      const value = <f64>load<f32>(p + (i << 2));
      const isInside = load<u8>(mask + i);
      const toRight = sqrt<f32>(load<f32>(right + (i << 2)));
      const toBelow = sqrt<f32>(load<f32>(below + (i << 2)));
      all += value;
      differences += <f64>(toRight + toBelow);
      if (isInside) {
        area += 1;
        inside += value;
        if (x == 0 || y == 0 || x == width - 1 || y == height - 1) onBorder += 1;
      }
      if (x < width - 1 && load<u8>(mask + i, 1) != isInside) {
        across += <f64>toRight;
        crossings += 1;
      }
      if (y < height - 1 && load<u8>(mask + i + stride) != isInside) {
        across += <f64>toBelow;
        crossings += 1;
      }
    }
  }
  store<f64>(statistics, <f64>area);
  store<f64>(statistics, inside, 8);
  store<f64>(statistics, all, 16);
  store<f64>(statistics, <f64>onBorder, 24);
  store<f64>(statistics, across, 32);
  store<f64>(statistics, <f64>crossings, 40);
  store<f64>(statistics, differences, 48);
  store<f64>(statistics, <f64>((width - 1) * height + width * (height - 1)), 56);
}

/** moments [6] = sums of 1, x, y, x², xy, y² over the pixels inside mask [height, width]. */
export function f64_moments(moments: usize, mask: usize, width: i32, height: i32, stride: i32): void {
  let count: f64 = 0;
  let sumX: f64 = 0;
  let sumY: f64 = 0;
  let sumXx: f64 = 0;
  let sumXy: f64 = 0;
  let sumYy: f64 = 0;
  for (let y = 0; y < height; y++) {
    let inRow = 0;
    let sum = 0;
    let squares = 0;
    for (let x = 0; x < width; x++) {
      if (!load<u8>(mask + x)) continue;
      inRow += 1;
      sum += x;
      squares += x * x;
    }
    count += <f64>inRow;
    sumX += <f64>sum;
    sumY += <f64>(y * inRow);
    sumXx += <f64>squares;
    sumXy += <f64>(y * sum);
    sumYy += <f64>(y * y * inRow);
    mask += stride;
  }
  store<f64>(moments, count);
  store<f64>(moments, sumX, 8);
  store<f64>(moments, sumY, 16);
  store<f64>(moments, sumXx, 24);
  store<f64>(moments, sumXy, 32);
  store<f64>(moments, sumYy, 40);
}
