/** @file Sums over a mask and along its contour. */

/** Sums over a mask and along its contour. shared/input/garment/mask-quality.ts reads them. */
@unmanaged
export class MaskStatistics {
  /** Pixels inside. */
  area: f64;
  /** Sum of the probabilities inside. */
  inside: f64;
  /** Sum of all probabilities. */
  all: f64;
  /** Pixels inside that are on the border of the picture. */
  onBorder: f64;
  /** Sum of the colour differences of neighbours on the two sides of the contour, and their number. */
  across: f64;
  crossings: f64;
  /** Sum of the colour differences of all neighbours, and their number. */
  differences: f64;
  neighbours: f64;
}

/**
 * statistics = the statistics of mask [height, width] and the probabilities p [height, width].
 * @param right squared difference of each pixel to the next in its row, zero in the last column
 * @param below squared difference of each pixel to the next in its column, zero in the last row
 */
export function f64_mask_statistics(
  statistics: MaskStatistics,
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
  statistics.area = <f64>area;
  statistics.inside = inside;
  statistics.all = all;
  statistics.onBorder = <f64>onBorder;
  statistics.across = across;
  statistics.crossings = <f64>crossings;
  statistics.differences = differences;
  statistics.neighbours = <f64>((width - 1) * height + width * (height - 1));
}

/** Sums over the pixels (x, y) inside a mask: their number, x, y, x², xy, y². */
@unmanaged
export class Moments {
  area: f64;
  x: f64;
  y: f64;
  xx: f64;
  xy: f64;
  yy: f64;
}

/** moments = the moments of mask [height, width]. */
export function f64_moments(moments: Moments, mask: usize, width: i32, height: i32, stride: i32): void {
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
  moments.area = count;
  moments.x = sumX;
  moments.y = sumY;
  moments.xx = sumXx;
  moments.xy = sumXy;
  moments.yy = sumYy;
}
