/** @file The exports of build/photo.wasm: the hot loops of the photo pipeline. */
export { f32_affinities, f32_squared_differences } from './affinities';
export { f32_log_likelihood_ratios, f32_log_odds, f32_posterior } from './bayes';
export {
  f32_block_deviations,
  f32_block_means,
  f32_log2_1p,
  f32_means_transposed,
  f32_minima_transposed,
  f32_repeat_edge,
} from './blocks';
export { f32_inverted_luma, f32_linear_light, f32_oklab } from './colour';
export {
  f32_cluster_means,
  f32x4_interleave,
  f32x4_partition,
  f64_means_scatters,
  u8_nearest_centres,
} from './colour-clusters';
export { f32_area_means, u32_add_rows, u8_over_white } from './downscale';
export { f32_clamp_to_mask, i32_bounding_box, u8_clean, u8_threshold } from './mask';
export { f64_mask_statistics, f64_moments } from './mask-statistics';
export { u8_place } from './placement';
export { f32_relax, f32_relax_weights, f32_skew, f32_unskew } from './random-walker';
export { f32_resample } from './resample';
export { f32_tone, u32_histogram } from './tone';
