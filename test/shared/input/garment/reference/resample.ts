/** @file A map at another resolution. */
import type { Size } from '#shared/input/garment/mask.ts';
import type { ProbabilityMap } from '#shared/input/garment/prior.ts';

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
