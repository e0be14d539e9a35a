/** @file What the module exports: the hot loops of the photo pipeline (shared/input/garment/kernels.ts). */
export { f32_deviations, f32_doublings, f32_halve, f32_least_turned, f32_means_turned, f32_repeat_edge } from './blocks';
export { f32_linear_light, f32_negative, f32_oklab } from './colour';
export { f64_contour, f64_moments } from './contour';
export { f32_class_means, f32x4_points, f32x4_split, f64_spread, u8_nearest } from './looks';
export { f32_confine, i32_box, u8_at_least, u8_tidy } from './mask';
export { f32_bayes, f32_class_odds, f32_log_odds } from './odds';
export { f32_tone, u32_histogram, u8_place } from './place';
export { f32_resample } from './resample';
export { f32_area_means, u32_add_rows, u8_over_white } from './shrink';
export { f32_distances, f32_skew, f32_ties, f32_unskew, f32_walk, f32_walk_weights } from './walk';
