/** @file Printing inks → colours, without a colour profile, as browsers do it. */

/**
 * Turns the cyan, magenta, yellow and black of each pixel into red, green, blue and alpha, in place. In a JPEG 255 means no ink:
 * Adobe's programs store them so, and readers take it for granted.
 */
export function inksToColours(data: Uint8ClampedArray): void {
  for (let i = 0; i < data.length; i += 4) {
    const light = (data[i + 3] as number) / 255;
    data[i] = (data[i] as number) * light;
    data[i + 1] = (data[i + 1] as number) * light;
    data[i + 2] = (data[i + 2] as number) * light;
    data[i + 3] = 255;
  }
}
