/** @file Kernels on masks: one byte a pixel, 255 inside and 0 outside. */

/** y [count] = 255 where x ≥ bound, else 0. */
export function u8_threshold(y: usize, x: usize, bound: f32, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const inside = f32x4.ge(v128.load(x), f32x4.splat(bound));
    const halves = i16x8.narrow_i32x4_s(inside, inside);
    v128.store32_lane(y, i8x16.narrow_i16x8_s(halves, halves), 0);
    x += 16;
    y += 4;
  }
}

const UNVISITED: u8 = 0;
const VISITED: u8 = 1;
const OUTSIDE: u8 = 2;

/**
 * Flood fill: finds the component (pixels of equal value, connected by edges) that contains the pixel `start`. Marks its pixels
 * as visited and writes their indices to `component`. Returns their number, negated when the component touches the border.
 */
function flood(component: usize, visited: usize, mask: usize, stride: i32, start: usize): i32 {
  const value = load<u8>(mask + start);
  let end = component;
  let isAtBorder = false;
  store<u32>(end, start);
  end += 4;
  store<u8>(visited + start, VISITED);
  for (let next = component; next < end; next += 4) {
    const i = <usize>load<u32>(next);
    for (let k = 0; k < 4; k++) {
      const step = k < 2 ? 1 : stride;
      const at = k & 1 ? i + step : i - step;
      const state = load<u8>(visited + at);
      if (state == OUTSIDE) isAtBorder = true;
      if (state != UNVISITED || load<u8>(mask + at) != value) continue;
      store<u8>(visited + at, VISITED);
      store<u32>(end, at);
      end += 4;
    }
  }
  const size = <i32>(end - component) >> 2;
  return isAtBorder ? -size : size;
}

/**
 * Marks the pixels [height, width] as unvisited. Marks everything around them as outside: a row above, a row below, the padding.
 */
function resetVisited(visited: usize, width: i32, height: i32, stride: i32): void {
  memory.fill(visited - stride, OUTSIDE, <usize>((height + 2) * stride));
  for (let y = 0; y < height; y++) memory.fill(visited + <usize>(y * stride), UNVISITED, width);
}

/**
 * Cleans a mask [height, width] in place: removes components smaller than `minComponent` of the largest, then fills holes of up
 * to `maxHole` of the remaining area. Rows need at least one pixel of padding.
 * @param components scratch for the indices of all pixels, 4 bytes each; so is `starts`
 * @param visited scratch for height + 2 rows of bytes: the address of the second row
 */
export function u8_clean(
  mask: usize,
  components: usize,
  starts: usize,
  visited: usize,
  minComponent: f32,
  maxHole: f32,
  width: i32,
  height: i32,
  stride: i32,
): void {
  let end = components;
  let count: usize = 0;
  let largest = 0;
  resetVisited(visited, width, height, stride);
  for (let y = 0; y < height; y++) {
    for (let i = <usize>(y * stride); i < <usize>(y * stride + width); i++) {
      if (!load<u8>(mask + i) || load<u8>(visited + i)) continue;
      const size = abs(flood(end, visited, mask, stride, i));
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
    if (<f32>size >= minComponent * <f32>largest) area += size;
    else for (let at = from; at < to; at += 4) store<u8>(mask + <usize>load<u32>(at), 0);
  }
  resetVisited(visited, width, height, stride);
  for (let y = 0; y < height; y++) {
    for (let i = <usize>(y * stride); i < <usize>(y * stride + width); i++) {
      if (load<u8>(mask + i) || load<u8>(visited + i)) continue;
      const size = flood(components, visited, mask, stride, i);
      if (size < 0 || <f32>size > maxHole * <f32>area) continue;
      for (let k = 0; k < size; k++) store<u8>(mask + <usize>load<u32>(components + ((<usize>k) << 2)), 255);
    }
  }
}

/** y [count] = x clamped: at least `minInside` inside the mask, at most `maxOutside` outside. */
export function f32_clamp_to_mask(
  y: usize,
  x: usize,
  mask: usize,
  minInside: f32,
  maxOutside: f32,
  count: i32,
): void {
  for (let i = 0; i < count; i++) {
    const value = load<f32>(x);
    store<f32>(y, load<u8>(mask++) ? max(value, minInside) : min(value, maxOutside));
    x += 4;
    y += 4;
  }
}

/**
 * box [4] = left, top, right, bottom of the smallest box around mask [height, width]; right and bottom are exclusive. Right is 0
 * for an empty mask.
 */
export function i32_bounding_box(box: usize, mask: usize, width: i32, height: i32, stride: i32): void {
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
    mask += stride;
  }
  store<i32>(box, left);
  store<i32>(box, top, 4);
  store<i32>(box, right, 8);
  store<i32>(box, bottom, 12);
}
