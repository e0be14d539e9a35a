/** @file The size of the pipeline's result: that of Fashion-MNIST's images. */

/** Width and height of the grey image, in pixels. */
export const IMAGE_SIZE = 28;

/** Number of pixels of the image. */
export const IMAGE_PIXELS = IMAGE_SIZE * IMAGE_SIZE;
