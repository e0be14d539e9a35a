/** @file The prior: where in a picture a garment is expected. */
import type { Size } from '../../decode/pixels.ts';

/**
 * A probability in 0..1 for each pixel, row by row. The map covers the whole picture; its resolution is independent of the
 * picture's.
 */
export interface ProbabilityMap extends Size {
  readonly data: Float32Array;
}

/** Prior in the centre of the picture. It is not certain: the centre of a pair of trousers is the gap between its legs. */
const CENTRE = 0.7;

/** Prior at the edge of the picture. It is not 0: a garment can be cut off. */
const EDGE = 0.1;

const SIZE = 32;

/** Returns the default prior. People centre the garment in the photo, so the prior falls off along each axis as a parabola. */
export function centrePrior(): ProbabilityMap {
  const side = Float32Array.from({ length: SIZE }, (_, i) => 1 - ((2 * i + 1) / SIZE - 1) ** 2);
  const data = new Float32Array(SIZE * SIZE);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) data[y * SIZE + x] = EDGE + (CENTRE - EDGE) * side[x] * side[y];
  }
  return { width: SIZE, height: SIZE, data };
}
