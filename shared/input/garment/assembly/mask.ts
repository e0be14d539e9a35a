/** @file Masks: 255 in, 0 out, one byte a pixel. */

/** y [count] = 255 where x is `bound` or more, else 0. */
export function u8_at_least(y: usize, x: usize, bound: f32, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const inside = f32x4.ge(v128.load(x), f32x4.splat(bound));
    const halves = i16x8.narrow_i32x4_s(inside, inside);
    v128.store32_lane(y, i8x16.narrow_i16x8_s(halves, halves), 0);
    x += 16;
    y += 4;
  }
}

const UNSEEN: u8 = 0;
const SEEN: u8 = 1;
const OUTSIDE: u8 = 2;

/** Marks the pixels of the part around `start` that equal it as seen and puts them into `part`. Returns their number, negated at the border. */
function flood(part: usize, seen: usize, mask: usize, row: i32, start: usize): i32 {
  const value = load<u8>(mask + start);
  let end = part;
  let atBorder = false;
  store<u32>(end, start);
  end += 4;
  store<u8>(seen + start, SEEN);
  for (let next = part; next < end; next += 4) {
    const i = <usize>load<u32>(next);
    for (let k = 0; k < 4; k++) {
      const step = k < 2 ? 1 : row;
      const at = k & 1 ? i + step : i - step;
      const state = load<u8>(seen + at);
      if (state == OUTSIDE) atBorder = true;
      if (state != UNSEEN || load<u8>(mask + at) != value) continue;
      store<u8>(seen + at, SEEN);
      store<u32>(end, at);
      end += 4;
    }
  }
  const size = <i32>(end - part) >> 2;
  return atBorder ? -size : size;
}

/** Forgets what is seen of [height, width], with what is outside around it: a row above and below, what rows end in. */
function forget(seen: usize, width: i32, height: i32, row: i32): void {
  memory.fill(seen - row, OUTSIDE, <usize>((height + 2) * row));
  for (let y = 0; y < height; y++) memory.fill(seen + <usize>(y * row), UNSEEN, width);
}

/**
 * Removes parts of mask [height, width], connected by edges, of less than `leastPart` of the largest, then fills holes of up to
 * `mostHole` of what is left. Rows end in a pixel or more that is not the mask's.
 * @param parts room for height · width words, starts too; seen: for height + 2 rows, the address that of the second
 */
export function u8_tidy(
  mask: usize,
  parts: usize,
  starts: usize,
  seen: usize,
  leastPart: f32,
  mostHole: f32,
  width: i32,
  height: i32,
  row: i32,
): void {
  let end = parts;
  let count: usize = 0;
  let largest = 0;
  forget(seen, width, height, row);
  for (let y = 0; y < height; y++) {
    for (let i = <usize>(y * row); i < <usize>(y * row + width); i++) {
      if (!load<u8>(mask + i) || load<u8>(seen + i)) continue;
      const size = abs(flood(end, seen, mask, row, i));
      largest = max(largest, size);
      store<u32>(starts + (count++ << 2), end);
      end += (<usize>size) << 2;
    }
  }
  store<u32>(starts + (count << 2), end);
  let area = 0;
  for (let k: usize = 0; k < count; k++) {
    const from = <usize>load<u32>(starts + (k << 2));
    const to = <usize>load<u32>(starts + (k << 2), 4);
    const size = <i32>(to - from) >> 2;
    if (<f32>size >= leastPart * <f32>largest) area += size;
    else for (let at = from; at < to; at += 4) store<u8>(mask + <usize>load<u32>(at), 0);
  }
  forget(seen, width, height, row);
  for (let y = 0; y < height; y++) {
    for (let i = <usize>(y * row); i < <usize>(y * row + width); i++) {
      if (load<u8>(mask + i) || load<u8>(seen + i)) continue;
      const size = flood(parts, seen, mask, row, i);
      if (size < 0 || <f32>size > mostHole * <f32>area) continue;
      for (let k = 0; k < size; k++) store<u8>(mask + <usize>load<u32>(parts + ((<usize>k) << 2)), 255);
    }
  }
}

/** y [count] = x, at least `in` in the mask and at most `out` elsewhere. */
export function f32_confine(y: usize, x: usize, mask: usize, least: f32, most: f32, count: i32): void {
  for (let i = 0; i < count; i++) {
    const value = load<f32>(x);
    store<f32>(y, load<u8>(mask++) ? max(value, least) : min(value, most));
    x += 4;
    y += 4;
  }
}

/** box [4] = left, top, right, bottom of mask [height, width], the latter two one beyond; of an empty one right is 0. */
export function i32_box(box: usize, mask: usize, width: i32, height: i32, row: i32): void {
  let left = width;
  let right = 0;
  let top = height;
  let bottom = 0;
  for (let y = 0; y < height; y++) {
    let first = 0;
    while (first < width && !load<u8>(mask + first)) first += 1;
    if (first < width) {
      let last = width;
      while (!load<u8>(mask + last - 1)) last -= 1;
      left = min(left, first);
      right = max(right, last);
      top = min(top, y);
      bottom = y + 1;
    }
    mask += row;
  }
  store<i32>(box, left);
  store<i32>(box, top, 4);
  store<i32>(box, right, 8);
  store<i32>(box, bottom, 12);
}
