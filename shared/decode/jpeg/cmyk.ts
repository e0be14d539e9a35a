/** @file Converts CMYK to RGBA without a colour profile, as browsers do. */

/**
 * Converts pixels in place. CMYK is inverted, 255 meaning no ink: Adobe's programs store it like that in JPEGs, and decoders rely
 * on it.
 */
export function cmykToRgba(data: Uint8ClampedArray): void {
  for (let i = 0; i < data.length; i += 4) {
    const light = (data[i + 3] as number) / 255;
    data[i] = (data[i] as number) * light;
    data[i + 1] = (data[i + 1] as number) * light;
    data[i + 2] = (data[i + 2] as number) * light;
    data[i + 3] = 255;
  }
}
