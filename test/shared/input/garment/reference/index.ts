/** @file The reference implementation of the photo pipeline. */
export { downscale, luma } from './downscale.ts';
export { FEATURE_COUNT, type Features, featuresOf, halveFeatures } from './features.ts';
export { cleanMask } from './mask.ts';
export { referencePhoto } from './photo.ts';
export { placeObject } from './placement.ts';
export { affinitiesOf, runWalker, withFrame, withoutFrame } from './random-walker.ts';
export { resample } from './resample.ts';
