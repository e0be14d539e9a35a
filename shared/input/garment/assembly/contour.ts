/** @file Sums over a mask and along its contour. */

/**
 * sums [8] = of mask [height, width]: its area; probabilities p in it; of all; its pixels on the border; differences of neighbours on
 * two sides of the contour, their number; those of all neighbours, their number.
 * @param right squared differences to the next pixel in the row, `below` in the column; zero where there is none
 */
export function f64_contour(
  sums: usize,
  mask: usize,
  p: usize,
  right: usize,
  below: usize,
  width: i32,
  height: i32,
  row: i32,
): void {
  let area = 0;
  let inside: f64 = 0;
  let all: f64 = 0;
  let covered = 0;
  let across: f64 = 0;
  let crossings = 0;
  let differences: f64 = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = <usize>(y * row + x);
      const value = <f64>load<f32>(p + (i << 2));
      const isIn = load<u8>(mask + i);
      const toRight = sqrt<f32>(load<f32>(right + (i << 2)));
      const toBelow = sqrt<f32>(load<f32>(below + (i << 2)));
      all += value;
      differences += <f64>(toRight + toBelow);
      if (isIn) {
        area += 1;
        inside += value;
        if (x == 0 || y == 0 || x == width - 1 || y == height - 1) covered += 1;
      }
      if (x < width - 1 && load<u8>(mask + i, 1) != isIn) {
        across += <f64>toRight;
        crossings += 1;
      }
      if (y < height - 1 && load<u8>(mask + i + row) != isIn) {
        across += <f64>toBelow;
        crossings += 1;
      }
    }
  }
  store<f64>(sums, <f64>area);
  store<f64>(sums, inside, 8);
  store<f64>(sums, all, 16);
  store<f64>(sums, <f64>covered, 24);
  store<f64>(sums, across, 32);
  store<f64>(sums, <f64>crossings, 40);
  store<f64>(sums, differences, 48);
  store<f64>(sums, <f64>((width - 1) * height + width * (height - 1)), 56);
}

/** sums [6] = of mask [height, width]: pixels, their x, y, x², xy, y², added up. */
export function f64_moments(sums: usize, mask: usize, width: i32, height: i32, row: i32): void {
  let count: f64 = 0;
  let ofX: f64 = 0;
  let ofY: f64 = 0;
  let ofXx: f64 = 0;
  let ofXy: f64 = 0;
  let ofYy: f64 = 0;
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
    ofX += <f64>sum;
    ofY += <f64>(y * inRow);
    ofXx += <f64>squares;
    ofXy += <f64>(y * sum);
    ofYy += <f64>(y * y * inRow);
    mask += row;
  }
  store<f64>(sums, count);
  store<f64>(sums, ofX, 8);
  store<f64>(sums, ofY, 16);
  store<f64>(sums, ofXx, 24);
  store<f64>(sums, ofXy, 32);
  store<f64>(sums, ofYy, 40);
}
