/**
 * @file Reference: RGB → Oklab, in which distances match perceived differences (Björn Ottosson, "A perceptual color space for
 * image processing", 2020).
 */
import { lazy } from '#shared/lazy.ts';
import type { Picture } from './downscale.ts';

/** Linear light of each sRGB byte (IEC 61966-2-1). */
const linearLight = lazy(() =>
  Float32Array.from({ length: 256 }, (_, byte) =>
    byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4,
  ),
);

const ROOT_STEPS = 1024;
const cubeRoots = lazy(() =>
  Float32Array.from({ length: ROOT_STEPS + 2 }, (_, i) => Math.cbrt(i / ROOT_STEPS)),
);

/** Below this the cube root is too steep for linear interpolation in the table. */
const DARK = 0.02;

/**
 * Returns lightness in 0..100, green–red, blue–yellow of each pixel, interleaved. The colour axes have the scale of lightness.
 */
export function oklabOf({ rgb }: Picture): Float32Array {
  const [light, roots] = [linearLight(), cubeRoots()];
  const linear = (byte: number): number => light[(byte + 0.5) | 0];
  const cubeRoot = (light: number): number => {
    if (light < DARK) return Math.cbrt(light);
    const at = light * ROOT_STEPS;
    const i = at | 0;
    return roots[i] + (at - i) * (roots[i + 1] - roots[i]);
  };
  const lab = new Float32Array(rgb.length);
  for (let i = 0; i < lab.length; i += 3) {
    const [red, green, blue] = [linear(rgb[i]), linear(rgb[i + 1]), linear(rgb[i + 2])];
    const l = cubeRoot(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const m = cubeRoot(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const s = cubeRoot(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    lab[i] = 100 * (0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s);
    lab[i + 1] = 100 * (1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s);
    lab[i + 2] = 100 * (0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s);
  }
  return lab;
}
