/** @file Reference: bilinear resampling of a probability map. */
import type { Size } from '#shared/decode/pixels.ts';
import type { ProbabilityMap } from '#shared/input/garment/prior.ts';

/** Resamples a map: bilinear between pixel centres, the nearest pixel beyond the outermost ones. */
export function resample({ width, height, data }: ProbabilityMap, size: Size): Float32Array {
  const [across, down] = [positionsIn(width, size.width), positionsIn(height, size.height)];
  const resampled = new Float32Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    const top = Math.floor(down[y]);
    const [above, below] = [top * width, Math.min(height - 1, top + 1) * width];
    const belowWeight = down[y] - top;
    for (let x = 0; x < size.width; x++) {
      const left = Math.floor(across[x]);
      const right = Math.min(width - 1, left + 1);
      const rightWeight = across[x] - left;
      const first = data[above + left] + rightWeight * (data[above + right] - data[above + left]);
      const second = data[below + left] + rightWeight * (data[below + right] - data[below + left]);
      resampled[y * size.width + x] = first + belowWeight * (second - first);
    }
  }
  return resampled;
}

/** Returns the positions of the centres of `to` pixels, measured in pixel centres of `from` pixels. */
function positionsIn(from: number, to: number): Float64Array {
  return Float64Array.from({ length: to }, (_, i) =>
    Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5)),
  );
}
