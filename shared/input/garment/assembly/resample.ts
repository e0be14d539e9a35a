/** @file A map at another resolution. */

/** Where the centre of pixel `i` of `to` lies among those of `from`. */
@inline
function placeIn(from: i32, to: i32, i: i32): f64 {
  return min<f64>(from - 1, max<f64>(0, ((<f64>i + 0.5) * from) / to - 0.5));
}

/**
 * y [yHeight, yWidth] = x [height, width]: between the centres of its pixels bilinear, beyond them as the nearest. Reads a row and a
 * column beyond x, and what is there counts nothing.
 * @param line room for a row of each
 */
export function f32_resample(
  y: usize,
  x: usize,
  line: usize,
  width: i32,
  height: i32,
  row: i32,
  yWidth: i32,
  yHeight: i32,
  yRow: i32,
): void {
  const places = line + ((<usize>row) << 2);
  for (let j = 0; j < yWidth; j++) {
    const place = placeIn(width, yWidth, j);
    const at = places + ((<usize>j) << 3);
    store<u32>(at, <u32>place << 2);
    store<f32>(at, <f32>(place - floor(place)), 4);
  }
  for (let i = 0; i < yHeight; i++) {
    const place = placeIn(height, yHeight, i);
    const lower = f32x4.splat(<f32>(place - floor(place)));
    const above = x + ((<usize>(<i32>place * row)) << 2);
    for (let at: usize = 0; at < (<usize>row) << 2; at += 16) {
      const first = v128.load(above + at);
      const second = v128.load(above + ((<usize>row) << 2) + at);
      v128.store(line + at, f32x4.add(first, f32x4.mul(lower, f32x4.sub(second, first))));
    }
    const to = y + ((<usize>(i * yRow)) << 2);
    for (let j = 0; j < yWidth; j++) {
      const at = places + ((<usize>j) << 3);
      const from = line + load<u32>(at);
      const left = load<f32>(from);
      store<f32>(to + ((<usize>j) << 2), left + load<f32>(at, 4) * (load<f32>(from, 4) - left));
    }
  }
}
