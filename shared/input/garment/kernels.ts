/** @file The compiled kernels of the photo pipeline from JavaScript. What each computes is said where it is written (assembly/). */

/** What build/photo.wasm exports. All are numbers: addresses, then sizes and strides in values; `plane` is a stride in bytes. */
export interface PhotoKernels {
  u8_over_white(pixels: number, count: number): void;
  u32_add_rows(sums: number, pixels: number, width: number, rows: number): void;
  f32_area_means(x: number, sums: number, bounds: number, count: number, rows: number, plane: number): void;
  f32_negative(y: number, x: number, count: number, plane: number): void;
  f32_linear_light(table: number): void;
  f32_oklab(x: number, table: number, count: number, plane: number): void;
  f32_repeat_edge(x: number, width: number, height: number, row: number): void;
  f32_halve: BlockKernel<[factor: number]>;
  f32_deviations: BlockKernel;
  f32_least_turned: BlockKernel;
  f32_means_turned: BlockKernel<[reach: number]>;
  f32_doublings(y: number, x: number, scale: number, unit: number, count: number): void;
  f32x4_points(points: number, x: number, width: number, height: number, row: number, plane: number): void;
  f64_spread(spread: number, points: number, from: number, to: number): void;
  f32x4_split(points: number, from: number, to: number, axis: number, bound: number): number;
  u8_nearest(y: number, x: number, centres: number, count: number, size: number, plane: number): void;
  f32_class_means(
    centres: number,
    sizes: number,
    classes: number,
    x: number,
    count: number,
    ...grid: [width: number, height: number, row: number, plane: number]
  ): void;
  f32_log_odds(y: number, x: number, count: number): void;
  f32_class_odds(
    odds: number,
    inside: number,
    outside: number,
    classes: number,
    p: number,
    count: number,
    ...grid: [width: number, height: number, row: number]
  ): void;
  f32_bayes(y: number, x: number, a: number, classes: number, odds: number, b: number, size: number): void;
  f32_resample(
    y: number,
    x: number,
    line: number,
    ...grids: [width: number, height: number, row: number, yWidth: number, yHeight: number, yRow: number]
  ): void;
  f32_distances(
    right: number,
    below: number,
    x: number,
    planes: number,
    ...grid: [width: number, height: number, row: number, plane: number]
  ): number;
  f32_ties(
    y: number,
    x: number,
    scale: number,
    least: number,
    ...grid: [width: number, height: number, row: number, rows: number]
  ): void;
  f32_skew(y: number, x: number, rows: number, row: number): void;
  f32_unskew(y: number, x: number, rows: number, row: number): void;
  f32_walk_weights(
    weights: number,
    right: number,
    below: number,
    evidence: number,
    relaxation: number,
    ...grid: [rows: number, row: number, plane: number]
  ): void;
  f32_walk(
    p: number,
    evidence: number,
    weights: number,
    relaxation: number,
    sweeps: number,
    ...grid: [rows: number, row: number, plane: number]
  ): void;
  u8_at_least(y: number, x: number, bound: number, count: number): void;
  u8_tidy(
    mask: number,
    parts: number,
    starts: number,
    seen: number,
    leastPart: number,
    mostHole: number,
    ...grid: [width: number, height: number, row: number]
  ): void;
  f32_confine(y: number, x: number, mask: number, least: number, most: number, count: number): void;
  i32_box(box: number, mask: number, width: number, height: number, row: number): void;
  f64_contour(
    sums: number,
    mask: number,
    p: number,
    right: number,
    below: number,
    ...grid: [width: number, height: number, row: number]
  ): void;
  f64_moments(sums: number, mask: number, width: number, height: number, row: number): void;
  u32_histogram(histogram: number, x: number, mask: number, width: number, height: number, row: number): void;
  f32_tone(
    x: number,
    mask: number,
    contrast: number,
    brightness: number,
    least: number,
    most: number,
    count: number,
  ): void;
  u8_place(
    image: number,
    x: number,
    line: number,
    size: number,
    width: number,
    height: number,
    row: number,
  ): void;
}

/** From pixels x of one row stride to pixels y of another; the size is that of y, or of x where the kernel turns. */
type BlockKernel<Settings extends number[] = []> = (
  y: number,
  x: number,
  ...rest: [...Settings, width: number, height: number, yRow: number, xRow: number]
) => void;

/** Compiles build/photo.wasm, where a platform lets programs do so (Node, browsers). */
export const compilePhoto = (bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> =>
  WebAssembly.compile(bytes);
