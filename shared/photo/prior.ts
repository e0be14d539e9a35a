/** @file Where a garment is expected before its picture is looked at. */
import type { Size } from './mask.ts';

/** A probability in 0..1 of each pixel, row by row. It covers the whole picture at a resolution of its own. */
export interface ProbabilityMap extends Size {
  readonly data: Float32Array;
}

/** In the middle and at the edge of a picture. Neither is certain: a garment may be cut off, and be a pair of trousers. */
const [MIDDLE, EDGE] = [0.7, 0.1];

const SIZE = 32;

/** People hold the camera over the garment: likelier in the middle, by a parabola along each side. */
export function centrePrior(): ProbabilityMap {
  const side = Float32Array.from({ length: SIZE }, (_, i) => 1 - ((2 * i + 1) / SIZE - 1) ** 2);
  const data = new Float32Array(SIZE * SIZE);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) data[y * SIZE + x] = EDGE + (MIDDLE - EDGE) * side[x] * side[y];
  }
  return { width: SIZE, height: SIZE, data };
}

/** The map at another resolution: between the centres of its pixels bilinear, beyond them as the nearest. */
export function resample({ width, height, data }: ProbabilityMap, size: Size): Float32Array {
  const [across, down] = [placesIn(width, size.width), placesIn(height, size.height)];
  const resampled = new Float32Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    const top = Math.floor(down[y]);
    const [above, below] = [top * width, Math.min(height - 1, top + 1) * width];
    const lower = down[y] - top;
    for (let x = 0; x < size.width; x++) {
      const left = Math.floor(across[x]);
      const right = Math.min(width - 1, left + 1);
      const righter = across[x] - left;
      const first = data[above + left] + righter * (data[above + right] - data[above + left]);
      const second = data[below + left] + righter * (data[below + right] - data[below + left]);
      resampled[y * size.width + x] = first + lower * (second - first);
    }
  }
  return resampled;
}

/** Where the centres of `to` pixels lie among those of `from`. */
function placesIn(from: number, to: number): Float64Array {
  return Float64Array.from({ length: to }, (_, i) =>
    Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5)),
  );
}
